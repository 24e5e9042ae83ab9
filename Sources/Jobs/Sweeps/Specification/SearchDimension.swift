import Glibc
import JSONDocument

/// A parameter with what is tried for it.
public struct SearchDimension: Hashable, Sendable {
    /// What is tried.
    public enum Candidates: Hashable, Sendable {
        /// These values, at least one.
        case values([SweepValue])
        /// Numbers from `from` to above it, evenly by `scale`; `steps` of them (≥ 2), both ends included, or any.
        case range(Scale, from: Double, to: Double, steps: Int?)
    }

    /// How numbers of a range are spaced.
    public enum Scale: String, CaseIterable, Sendable {
        case linear, log
    }

    /// Values of one list, and steps of one range, at most.
    public static let valueLimit = 100

    /// What varies.
    public let parameter: SweepParameter
    /// What is tried.
    public let candidates: Candidates
    /// All values that can be tried, in ascending order for a range; nil for a range without steps.
    public let values: [SweepValue]?

    /// A dimension of a search.
    public init(_ parameter: SweepParameter, _ candidates: Candidates) {
        self.parameter = parameter
        self.candidates = candidates
        switch candidates {
        case .values(let values): self.values = values
        case .range(let scale, let from, let to, let steps):
            values = steps.map { steps in
                var values: [SweepValue] = []
                for step in 0..<steps {
                    let share = Double(step) / Double(steps - 1)
                    let value = SearchDimension.value(at: share, parameter, scale, from, to)
                    // Whole numbers can meet.
                    if value != values.last { values.append(value) }
                }
                return values
            }
        }
    }

    /// The value at `share` in [0, 1) of the way: of a list, or of steps, each has the same part of it.
    public func value(at share: Double) -> SweepValue {
        switch candidates {
        case .range(let scale, let from, let to, nil):
            return SearchDimension.value(at: share, parameter, scale, from, to)
        case .values, .range:
            let values = values ?? []
            return values[min(values.count - 1, max(0, Int(share * Double(values.count))))]
        }
    }

    private static func value(
        at share: Double, _ parameter: SweepParameter, _ scale: Scale, _ from: Double, _ to: Double
    ) -> SweepValue {
        // The ends are what was asked for, and not what rounding makes of them.
        let number =
            if share <= 0 { from } else if share >= 1 { to } else {
                switch scale {
                case .linear: from + (to - from) * share
                case .log: exp(Glibc.log(from) + (Glibc.log(to) - Glibc.log(from)) * share)
                }
            }
        return SweepValue(min(max(rounded(number), from), to), isWhole: parameter.isWhole)
    }

    /// To twelve digits: nobody asked for 0.09999999999999999.
    private static func rounded(_ number: Double) -> Double {
        let scale = pow(10, 11 - log10(number.magnitude).rounded(.down))
        // These powers of ten are exact, and so the quotient is the double next to the decimal.
        guard scale >= 1, scale <= 1e22 else { return number }
        return (number * scale).rounded() / scale
    }

    /// Coordinates of a value for a model of the score, each in [0, 1]: where a number is between its ends, on its
    /// scale; of a list of numbers the rank; of anything else one coordinate for each value, 1 for this one.
    func coordinates(of value: SweepValue) -> [Double] {
        switch candidates {
        case .range(let scale, let from, let to, _):
            let number = value.number ?? from
            switch scale {
            case .linear: return [(number - from) / (to - from)]
            case .log: return [(Glibc.log(number) - Glibc.log(from)) / (Glibc.log(to) - Glibc.log(from))]
            }
        case .values(let values):
            let numbers = values.compactMap(\.number)
            guard numbers.count == values.count else { return values.map { $0 == value ? 1 : 0 } }
            let rank = numbers.count { $0 < value.number ?? .infinity }
            return [values.count > 1 ? Double(rank) / Double(values.count - 1) : 0]
        }
    }
}

extension SearchDimension {
    /// Reads what is tried for `parameter`: an array, `{"values": […]}`, or `{"linear": {…}}` or `{"log": {…}}` with
    /// `from`, `to` and `steps`.
    init?(_ parameter: SweepParameter, reading node: JSONNode, at pointer: String, faults: FaultCollector) {
        if node.kind == .array {
            guard let values = SearchDimension.list(node, at: pointer, faults: faults) else { return nil }
            self.init(parameter, .values(values))
            return
        }
        guard node.kind == .object else {
            faults.add(
                pointer, "must be an array of values, or an object with values, linear or log, not \(describe(node))")
            return nil
        }
        var fields = ObjectReader(node, at: pointer, faults: faults)
        let given = (fields.value("values"), fields.value("linear"), fields.value("log"))
        fields.finish()
        switch given {
        case (let values?, nil, nil):
            guard let values = SearchDimension.list(values, at: fields.pointer(to: "values"), faults: faults) else {
                return nil
            }
            self.init(parameter, .values(values))
        case (nil, let range?, nil):
            guard
                let range = SearchDimension.range(
                    .linear, parameter, range, at: fields.pointer(to: "linear"), faults: faults)
            else { return nil }
            self.init(parameter, range)
        case (nil, nil, let range?):
            guard
                let range = SearchDimension.range(.log, parameter, range, at: fields.pointer(to: "log"), faults: faults)
            else { return nil }
            self.init(parameter, range)
        default:
            faults.add(pointer, "must have one of values, linear and log")
            return nil
        }
    }

    private static func list(_ node: JSONNode, at pointer: String, faults: FaultCollector) -> [SweepValue]? {
        guard node.kind == .array, (1...valueLimit).contains(node.count) else {
            let found = node.kind == .array ? "an array of \(node.count)" : describe(node)
            faults.add(pointer, "must be an array of 1 to \(valueLimit) values, not \(found)")
            return nil
        }
        let values = node.elements.map { SweepValue($0) }
        for (place, value) in values.enumerated() where values[..<place].contains(value) {
            faults.add("\(pointer)/\(place)", "is there already")
            return nil
        }
        return values
    }

    private static func range(
        _ scale: Scale, _ parameter: SweepParameter, _ node: JSONNode, at pointer: String, faults: FaultCollector
    ) -> Candidates? {
        guard parameter.isNumeric else {
            faults.add(pointer, "\(parameter.rawValue) has no range; give a list of its values")
            return nil
        }
        var fields = ObjectReader(node, at: pointer, faults: faults)
        let known = faults.faults.count
        let rule = [scale == .log ? "above 0" : nil, parameter.isWhole ? "whole" : nil].compactMap(\.self)
            .joined(separator: " and ")
        let isLegal: (Double) -> Bool = { (scale == .linear || $0 > 0) && (!parameter.isWhole || $0 == $0.rounded()) }
        _ = (fields.required("from"), fields.required("to"))
        let from = fields.number("from", rule, where: isLegal)
        let to = fields.number("to", rule, where: isLegal)
        let steps = fields.integer("steps", in: 2...valueLimit)
        fields.finish()
        guard let from, let to, faults.faults.count == known else { return nil }
        guard from < to, (to - from).isFinite else {
            fields.fault("to", "must be above from")
            return nil
        }
        return .range(scale, from: from, to: to, steps: steps)
    }

    /// Writes what `init(reading:)` reads.
    func write(to json: inout JSONWriter) {
        switch candidates {
        case .values(let values): json.array { json in values.forEach { json.raw($0.json) } }
        case .range(let scale, let from, let to, let steps):
            json.object { json in
                json.object(scale.rawValue) { json in
                    json.member("from", from)
                    json.member("to", to)
                    json.member("steps", steps)
                }
            }
        }
    }

    /// Where in a request each of `ends` is, relative to the list or to the range with its scale.
    func pointer(toValue place: Int) -> String {
        switch candidates {
        case .values: "/\(place)"
        case .range(let scale, _, _, _): "/\(scale.rawValue)/\(place == 0 ? "from" : "to")"
        }
    }

    /// The values by which a request is checked: all of a list, the ends of a range.
    var ends: [SweepValue] {
        switch candidates {
        case .values(let values): values
        case .range(_, let from, let to, _):
            [SweepValue(from, isWhole: parameter.isWhole), SweepValue(to, isWhole: parameter.isWhole)]
        }
    }
}
