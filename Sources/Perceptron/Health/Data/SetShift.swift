/// Whether a mean differs between the training set and another by more than the split's chance: were the rows dealt at
/// random, the smaller set would be a sample without replacement of both together. Bernstein's inequality, which holds for
/// such samples (Hoeffding 1963, section 6), bounds how far its mean strays; where no single row counts for much, the
/// mean is as good as normal, and the bound that of a normal number.
struct SetShift {
    /// |difference of the two means|, in standard deviations of both sets together.
    let value: Double
    /// What it would have to be for an alarm.
    let threshold: Double

    var isBeyond: Bool { value > threshold }

    /// The chance of one false alarm among all comparisons of a kind.
    static var falseAlarms: Double { 1e-4 }

    /// - Parameters:
    ///   - comparisons: how many are made in all; they share the chance of a false alarm.
    ///   - least: standard deviations up to which a difference does not matter, however certain.
    init?(_ train: FeatureMoments.Sums, _ other: FeatureMoments.Sums, comparisons: Int, least: Double) {
        let all = train + other
        guard train.count > 0, other.count > 0, all.variance > 0 else { return nil }
        let deviation = all.variance.squareRoot()
        let reach = max(all.highest - all.mean, all.mean - all.lowest) / deviation
        let smaller = min(train.count, other.count)
        let exponent = Double.log(2 * Double(max(comparisons, 1)) / Self.falseAlarms)
        let stray: Double
        if smaller >= 10 * reach * reach {
            // 2 exp(−n s² / (2 (1 − n / N))) = chance, solved for s.
            stray = (2 * exponent / smaller * (1 - smaller / all.count)).squareRoot()
        } else {
            // 2 exp(−n s² / (2 + 2 reach s / 3)) = chance, likewise.
            let linear = exponent * reach / 3
            stray = (linear + (linear * linear + 2 * smaller * exponent).squareRoot()) / smaller
        }
        // From the mean of both together to the difference of the two.
        threshold = max(least, stray * all.count / (all.count - smaller))
        value = abs(train.mean - other.mean) / deviation
    }

    /// The same for a class's share, as the mean of an indicator.
    init?(
        share train: (hits: Double, count: Double), _ other: (hits: Double, count: Double), comparisons: Int,
        leastDifference: Double
    ) {
        func sums(_ set: (hits: Double, count: Double)) -> FeatureMoments.Sums {
            FeatureMoments.Sums(count: set.count, sum: set.hits, squares: set.hits, lowest: 0, highest: 1)
        }
        let all = (sums(train) + sums(other)).variance.squareRoot()
        guard
            let shift = SetShift(
                sums(train), sums(other), comparisons: comparisons, least: leastDifference / max(all, 1e-300))
        else { return nil }
        // In shares rather than deviations: what one would compare oneself.
        value = shift.value * all
        threshold = shift.threshold * all
    }
}

extension SetShift {
    /// The class whose share differs most beyond its limit.
    static func ofClasses(
        train: [Double], others: [(set: HealthAlarm.HeldOutSet, counts: [Double])]
    ) -> HealthAlarm? {
        let total = train.reduce(0, +)
        var worst: (excess: Double, alarm: HealthAlarm)?
        for (set, counts) in others {
            for index in train.indices {
                let shift = SetShift(
                    share: (train[index], total), (counts[index], counts.reduce(0, +)),
                    comparisons: train.count * others.count, leastDifference: 0.05)
                guard let shift, shift.isBeyond, shift.value / shift.threshold > worst?.excess ?? 0 else { continue }
                worst = (
                    shift.value / shift.threshold,
                    HealthAlarm(
                        .shiftedClasses, epoch: 0, value: shift.value, threshold: shift.threshold, classIndex: index,
                        set: set)
                )
            }
        }
        return worst?.alarm
    }

    /// The input whose mean differs most beyond its limit.
    static func ofFeatures(
        train: FeatureMoments, others: [(set: HealthAlarm.HeldOutSet, moments: FeatureMoments)]
    ) -> HealthAlarm? {
        var worst: (excess: Double, alarm: HealthAlarm)?
        for input in 0..<train.inputs {
            let here = train.total(input)
            for (set, moments) in others {
                let shift = SetShift(
                    here, moments.total(input), comparisons: train.inputs * others.count, least: 0.25)
                guard let shift, shift.isBeyond, shift.value / shift.threshold > worst?.excess ?? 0 else { continue }
                worst = (
                    shift.value / shift.threshold,
                    HealthAlarm(
                        .shiftedFeatures, epoch: 0, value: shift.value, threshold: shift.threshold, input: input,
                        set: set)
                )
            }
        }
        return worst?.alarm
    }
}
