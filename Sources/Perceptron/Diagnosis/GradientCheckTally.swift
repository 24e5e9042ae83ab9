/// Sums up a gradient check parameter by parameter.
struct GradientCheckTally {
    /// Squared norms of the two gradients and of their difference.
    private struct Norms {
        var numeric = 0.0
        var analytic = 0.0
        var difference = 0.0
        var count = 0

        mutating func add(analytic: Double, numeric: Double) {
            self.numeric += numeric * numeric
            self.analytic += analytic * analytic
            difference += (numeric - analytic) * (numeric - analytic)
            count += 1
        }

        /// 0 where both norms are no more than `roundOff` in every component.
        func relativeError(roundOff: Double) -> Double {
            let floor = roundOff * Double(count).squareRoot()
            let (numeric, analytic) = (numeric.squareRoot(), analytic.squareRoot())
            if numeric <= floor && analytic <= floor { return 0 }
            return difference.squareRoot() / (numeric + analytic)
        }
    }

    private static let worstCount = 10

    private let roundOff: Double
    private var all = Norms()
    private var groups: [GradientCheckReport.Group] = []
    private var worst: [GradientCheckReport.Entry] = []
    private var kinks = 0
    private var excluded = 0

    private init(roundOff: Double) {
        self.roundOff = roundOff
    }

    /// The report on `gradient` (arena order) and the derivatives `measured` of the sample's parameters, in its order;
    /// rounding alone makes derivatives no larger than `roundOff`.
    static func report(
        gradient: [Double], measured: [CentralDifferences.Derivative], sample: GradientCheckSample,
        layout: ParameterLayout, roundOff: Double, epsilon: Double, examples: Int, cost: Double
    ) -> GradientCheckReport {
        var tally = GradientCheckTally(roundOff: roundOff)
        var position = 0
        for group in sample.groups {
            var norms = Norms()
            for index in group.indices {
                tally.add(analytic: gradient[index], measured[position], at: layout.location(of: index), to: &norms)
                position += 1
            }
            tally.groups.append(
                GradientCheckReport.Group(
                    layer: group.layer, kind: group.kind, relativeError: norms.relativeError(roundOff: roundOff),
                    compared: norms.count, total: group.range.count))
        }
        let error = tally.all.relativeError(roundOff: roundOff)
        return GradientCheckReport(
            relativeError: error, verdict: .init(relativeError: error), groups: tally.groups, epsilon: epsilon,
            checked: sample.count, total: sample.total, kinks: tally.kinks, excluded: tally.excluded,
            examples: examples, cost: cost, worst: tally.worst)
    }

    private mutating func add(
        analytic: Double, _ measured: CentralDifferences.Derivative, at location: ParameterLayout.Location,
        to group: inout Norms
    ) {
        if measured.crossesKink { kinks += 1 }
        guard let numeric = measured.value else {
            excluded += 1
            return
        }
        all.add(analytic: analytic, numeric: numeric)
        group.add(analytic: analytic, numeric: numeric)
        var single = Norms()
        single.add(analytic: analytic, numeric: numeric)
        keep(
            GradientCheckReport.Entry(
                location: location, analytic: analytic, numeric: numeric,
                relativeError: single.relativeError(roundOff: roundOff)))
    }

    /// The order of `worst`: what is not a number comes first.
    private static func share(_ entry: GradientCheckReport.Entry) -> Double {
        let distance = abs(entry.numeric - entry.analytic)
        return distance.isNaN ? .infinity : distance
    }

    private mutating func keep(_ entry: GradientCheckReport.Entry) {
        let share = Self.share(entry)
        if worst.count == Self.worstCount {
            guard let last = worst.last, Self.share(last) < share else { return }
            worst.removeLast()
        }
        worst.insert(entry, at: worst.firstIndex { Self.share($0) < share } ?? worst.endIndex)
    }
}
