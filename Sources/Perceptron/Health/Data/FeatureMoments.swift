/// Sums over some of a set's examples, input by input and apart for each class: what means, deviations, ranges and
/// correlations come from. Inputs are as the network gets them, counted from those of a fixed example so that large
/// offsets cost no digits.
struct FeatureMoments {
    /// Sums of one input over the examples of one class, or of all.
    struct Sums {
        var count = 0.0
        var sum = 0.0
        var squares = 0.0
        var lowest = Double.infinity
        var highest = -Double.infinity
        /// Σ x y, for regression; y counted from the first example's.
        var products = 0.0

        /// Counted from the fixed example's input.
        var mean: Double { count > 0 ? sum / count : 0 }
        /// Biased.
        var variance: Double { count > 0 ? max(squares / count - mean * mean, 0) : 0 }

        static func + (left: Sums, right: Sums) -> Sums {
            Sums(
                count: left.count + right.count, sum: left.sum + right.sum, squares: left.squares + right.squares,
                lowest: min(left.lowest, right.lowest), highest: max(left.highest, right.highest),
                products: left.products + right.products)
        }
    }

    let inputs: Int
    /// Groups of examples: the classes, or 1.
    let groups: Int
    /// Σ y and Σ y², y counted from the first example's.
    private(set) var target = Sums()
    private var counts: [Double]
    private var sums: [Double]
    private var squares: [Double]
    private var lowest: [Double]
    private var highest: [Double]
    private var products: [Double]

    init(inputs: Int, groups: Int, isRegression: Bool) {
        self.inputs = inputs
        self.groups = groups
        counts = Array(repeating: 0, count: groups)
        sums = Array(repeating: 0, count: inputs * groups)
        squares = sums
        lowest = Array(repeating: .infinity, count: inputs * groups)
        highest = Array(repeating: -.infinity, count: inputs * groups)
        products = isRegression ? sums : []
    }

    /// Adds the examples of `sample`, inputs counted from `origin` (inputs); the targets of regression from `targetOrigin`.
    mutating func add<S: Scalar>(
        _ sample: ExampleSample<S>, origin: UnsafePointer<S>, targetOrigin: Double
    ) {
        let inputs = inputs
        for place in 0..<sample.count {
            let x = sample.inputs(place)
            let y = sample.target(place)
            let group = groups > 1 ? Int(y) : 0
            let first = group * inputs
            counts[group] += 1
            sums.withUnsafeMutableBufferPointer { sums in
                squares.withUnsafeMutableBufferPointer { squares in
                    lowest.withUnsafeMutableBufferPointer { lowest in
                        highest.withUnsafeMutableBufferPointer { highest in
                            for input in 0..<inputs {
                                let value = (x[input] - origin[input]).double
                                let place = first + input
                                sums[place] += value
                                squares[place] += value * value
                                lowest[place] = value < lowest[place] ? value : lowest[place]
                                highest[place] = value > highest[place] ? value : highest[place]
                            }
                        }
                    }
                }
            }
            guard !products.isEmpty else { continue }
            let offset = y - targetOrigin
            target.sum += offset
            target.squares += offset * offset
            target.count += 1
            products.withUnsafeMutableBufferPointer { products in
                for input in 0..<inputs { products[input] += (x[input] - origin[input]).double * offset }
            }
        }
    }

    /// Of one input over one group.
    subscript(input: Int, group: Int) -> Sums {
        let place = group * inputs + input
        return Sums(
            count: counts[group], sum: sums[place], squares: squares[place], lowest: lowest[place],
            highest: highest[place], products: products.isEmpty ? 0 : products[place])
    }

    /// Of one input over all groups.
    func total(_ input: Int) -> Sums { (0..<groups).reduce(Sums()) { $0 + self[input, $1] } }

    /// Examples in a group.
    func count(_ group: Int) -> Double { counts[group] }

    /// Examples in all.
    var count: Double { counts.reduce(0, +) }
}
