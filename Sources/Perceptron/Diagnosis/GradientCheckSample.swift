/// Which parameters a gradient check looks at: all, or a seeded sample that goes through every layer and kind.
struct GradientCheckSample {
    /// One layer's tensor and the arena indices chosen from it, ascending.
    struct Group {
        let layer: Int
        let kind: ParameterLayout.Kind
        let range: Range<Int>
        var indices: [Int]
    }

    /// Layer by layer, the trained tensors.
    let groups: [Group]

    /// Trained parameters.
    var total: Int { groups.reduce(0) { $0 + $1.range.count } }
    /// Chosen ones.
    var count: Int { groups.reduce(0) { $0 + $1.indices.count } }

    /// `limit` parameters, or all if there are no more. Small groups come in whole, what is left is shared evenly among
    /// the larger ones: a uniform sample would hardly ever see a bias.
    init(of layout: ParameterLayout, limit: Int, seed: UInt64) {
        var groups: [Group] = []
        for (number, layer) in layout.layers.enumerated() {
            groups.append(Group(layer: number, kind: .weights, range: layer.weights, indices: []))
            if let gamma = layer.gamma, let beta = layer.beta {
                groups.append(Group(layer: number, kind: .gamma, range: gamma, indices: []))
                groups.append(Group(layer: number, kind: .beta, range: beta, indices: []))
            } else {
                groups.append(Group(layer: number, kind: .biases, range: layer.biases, indices: []))
            }
        }
        let random = Philox(seed: seed, purpose: .gradientCheckSample)
        var left = limit
        let bySize = groups.indices.sorted { (groups[$0].range.count, $0) < (groups[$1].range.count, $1) }
        for (position, group) in bySize.enumerated() {
            let range = groups[group].range
            let share = min(range.count, left / (bySize.count - position))
            left -= share
            groups[group].indices = Self.choose(share, from: range, random, stream: UInt32(group))
        }
        self.groups = groups
    }

    /// `count` different numbers of `range`, ascending (Floyd's algorithm: Bentley 1987, "A sample of brilliance").
    private static func choose(_ count: Int, from range: Range<Int>, _ random: Philox, stream: UInt32) -> [Int] {
        guard count < range.count else { return Array(range) }
        var chosen = Set<Int>(minimumCapacity: count)
        for (block, last) in ((range.count - count)..<range.count).enumerated() {
            let words = random.words(block: UInt32(block), minor: stream)
            let draw = UInt64(words[0]) << 32 | UInt64(words[1])
            let pick = Int(draw.multipliedFullWidth(by: UInt64(last + 1)).high)
            chosen.insert(chosen.contains(pick) ? last : pick)
        }
        return chosen.sorted().map { range.lowerBound + $0 }
    }
}
