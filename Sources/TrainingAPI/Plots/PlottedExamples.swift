import Charts
import Datasets
import JSONDocument
import Perceptron

/// The examples of one set that a plot shows: all, or so many evenly spaced ones.
package struct PlottedExamples: Sendable {
    /// Examples of one set that are shown at most.
    package static let most = 1_000

    /// The set.
    package let role: ExampleRole
    /// How many examples the set has.
    package let count: Int
    /// The feature on the horizontal axis.
    package private(set) var x: [Double] = []
    /// The feature on the vertical axis; empty without one.
    package private(set) var y: [Double] = []
    /// The true class, from 0, or the target's value.
    package private(set) var targets: [Double] = []

    /// Examples at the table's columns `x` and `y`. Those of which one is missing have no place and are not shown.
    init(_ role: ExampleRole, _ examples: ExampleSet, x: Int, y: Int?) {
        self.role = role
        count = examples.count
        let decode = TargetDecoder(examples.targetEncoding)
        for place in Thinning.places(examples.count, most: PlottedExamples.most) {
            let row = Int(examples.rows[place])
            let horizontal = examples.table[row, x]
            let vertical = y.map { examples.table[row, $0] }
            if horizontal.isNaN || vertical?.isNaN == true { continue }
            self.x.append(horizontal)
            if let vertical { self.y.append(vertical) }
            targets.append(decode(examples.table[row, examples.targetColumn]))
        }
    }

    /// How many are shown, where that is not all.
    var note: String {
        x.count == count
            ? "" : "\(NumberLabel.grouped(x.count)) of \(NumberLabel.grouped(count)) \(role.rawValue) examples shown"
    }

    /// Writes the set; `classes` are empty for regression.
    func write(classes: [ClassLabel], hasY: Bool, to json: inout JSONWriter) {
        json.object { json in
            json.member("set", role.rawValue)
            json.member("examples", count)
            json.array("x") { json in x.forEach { json.value($0) } }
            json.name("y")
            if hasY { json.array { json in y.forEach { json.value($0) } } } else { json.null() }
            json.array("target") { json in
                for target in targets {
                    if classes.isEmpty { json.value(target) } else { classes[Int(target)].write(into: &json) }
                }
            }
        }
    }
}

/// Fewer of many things by a fixed rule.
package enum Thinning {
    /// All places from 0 to `count`, or `most` of them, evenly spaced from the first on.
    package static func places(_ count: Int, most: Int) -> [Int] {
        count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
    }
}

/// Makes the target of its cell: the class number, or the value.
struct TargetDecoder {
    private let numbers: [Double: Double]?

    init(_ encoding: TargetEncoding) {
        switch encoding {
        case .value: numbers = nil
        case .classes(let codes):
            numbers = Dictionary(codes.enumerated().map { ($1, Double($0)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Preparation has seen to it that each cell of a set is a known class.
    func callAsFunction(_ cell: Double) -> Double { numbers.map { $0[cell] ?? 0 } ?? cell }
}

extension ClassLabel {
    /// The label as it is written on a plot.
    var words: String {
        switch self {
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): text
        case .boolean(let flag): String(flag)
        }
    }
}
