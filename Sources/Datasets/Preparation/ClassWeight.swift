import JSONDocument
import Perceptron

/// What the examples of each class count, as a job asks for it.
public enum ClassWeight: Hashable, Sendable {
    /// By m / (K · m_k), with m training rows of K classes, m_k of them of class k: all classes count the same.
    case balanced
    /// By label; a class that is not named weighs 1.
    case labelled([String: Double])

    /// Reads `class_weight`: "balanced" or an object; nil, with faults told, for anything else.
    public init?(reading node: JSONNode, at pointer: String, faults: FaultCollector) {
        if node.string == "balanced" {
            self = .balanced
            return
        }
        guard node.kind == .object else {
            faults.add(
                pointer, "must be \"balanced\" or an object with a weight for each class, not \(describe(node))")
            return nil
        }
        let known = faults.faults.count
        var reader = ObjectReader(node, at: pointer, faults: faults)
        var weights: [String: Double] = [:]
        for (label, weight) in node.members {
            if weight.isNull { reader.fault(label, "must be a number above 0, not null") }
            weights[label] = reader.number(label, "a number above 0") { $0 > 0 }
        }
        guard faults.faults.count == known else { return nil }
        self = .labelled(weights)
    }

    /// Writes what `init(reading:)` reads.
    public func write(into json: inout JSONWriter) {
        switch self {
        case .balanced: json.value("balanced")
        case .labelled(let weights):
            json.object { json in
                for (label, weight) in weights.sorted(by: { $0.key < $1.key }) { json.member(label, weight) }
            }
        }
    }

    /// The weight of each class, in the order of `classes`.
    /// - Parameters:
    ///   - counts: training rows of each class; a class without any counts as if it had one.
    ///   - pointer: where the choice is.
    func resolved(for classes: [ClassLabel], counts: [Int], at pointer: String) throws(Faults) -> [Double] {
        switch self {
        case .balanced:
            let total = Double(counts.reduce(0, +))
            return counts.map { total / (Double(classes.count) * Double(max($0, 1))) }
        case .labelled(let weights):
            let faults = FaultCollector()
            let places = Dictionary(zip(classes, 0...), uniquingKeysWith: { first, _ in first })
            var resolved = [Double](repeating: 1, count: classes.count)
            var names = [String?](repeating: nil, count: classes.count)
            for (label, weight) in weights.sorted(by: { $0.key < $1.key }) {
                let here = "\(pointer)/\(pointerToken(label))"
                guard let place = ClassLabel.meant(by: label).lazy.compactMap({ places[$0] }).first else {
                    let known = classes.prefix(10).map(\.words).joined(separator: ", ")
                    faults.add(here, "is no class; the classes are \(known)\(classes.count > 10 ? ", …" : "")")
                    if faults.faults.count == FaultCollector.limit { break }
                    continue
                }
                if let other = names[place] { faults.add(here, "is the class that \"\(other.prefix(40))\" names too") }
                names[place] = label
                resolved[place] = weight
            }
            try faults.throwIfAny()
            return resolved
        }
    }
}

extension ClassLabel {
    /// What an object's member of this name may stand for: the text itself, a number by its value, a boolean.
    fileprivate static func meant(by name: String) -> [ClassLabel] {
        [.text(name), Double(name).map { .number($0) }, Bool(name).map { .boolean($0) }].compactMap(\.self)
    }
}
