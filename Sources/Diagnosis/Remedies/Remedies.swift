import Perceptron

/// What to try next, in the method's order: bias first, then variance. What the curve or the cost points at directly goes
/// before what only usually helps. Each suggestion changes one member, so that none raises two regularisers at a time.
struct Remedies {
    let evidence: Evidence
    let diagnosis: Diagnosis

    init(_ evidence: Evidence, _ diagnosis: Diagnosis) {
        self.evidence = evidence
        self.diagnosis = diagnosis
    }

    var suggestions: [Suggestion] {
        var list: [Suggestion?] = []
        if diagnosis.verdict == .notEnoughData { list += dataForADecision }
        if diagnosis.avoidableBias.level == .high || diagnosis.hasLearnedNothing { list += againstCauses }
        if diagnosis.avoidableBias.level == .high { list += againstBias }
        if diagnosis.hasLearnedNothing, evidence.classesAreUnweighted { list.append(balanced) }
        if diagnosis.stoppedTooEarly { list.append(longer) }
        if diagnosis.variance?.level == .high { list += againstVariance }
        if diagnosis.devTestGap?.level == .high { list.append(checkTestSet) }
        // Each member once: with high bias and high variance what the former needs comes first and the opposite is left out.
        var fields: Set<String> = []
        var actions: Set<Suggestion.Action> = []
        return list.compactMap(\.self).filter { suggestion in
            guard actions.insert(suggestion.action).inserted else { return false }
            return suggestion.field.map { fields.insert($0).inserted } ?? true
        }
    }

    private var balanced: Suggestion {
        change(
            .balanceClasses, "/training/class_weight", from: nil, to: .word("balanced"),
            "the network answers as if there were one class only: the rare ones count for too little")
    }

    var training: TrainingSpecification { evidence.training }
    var network: NetworkSpecification { evidence.network }

    /// A suggestion about one member.
    func change(
        _ action: Suggestion.Action, _ field: String, from: Suggestion.Value?, to: Suggestion.Value, _ why: String
    ) -> Suggestion {
        let now = from.map { ", now \($0)" } ?? ""
        return Suggestion(
            action: action, field: field, from: from, to: to, why: why,
            sentence: "Set \(field) to \(to)\(now): \(why).")
    }

    /// A suggestion about what no member does.
    func advice(
        _ action: Suggestion.Action, from: Suggestion.Value? = nil, to: Suggestion.Value? = nil, _ advice: String,
        _ why: String
    ) -> Suggestion {
        Suggestion(action: action, field: nil, from: from, to: to, why: why, sentence: "\(advice): \(why).")
    }
}

/// x to the nearest number with one significant digit.
func oneDigit(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x }
    var unit = 1.0
    while x >= 10 * unit { unit *= 10 }
    while x < unit { unit /= 10 }
    let digits = (x / unit).rounded()
    // Divided, so that 0.3 is the number that 0.3 reads as.
    return unit >= 1 ? digits * unit : digits / (1 / unit).rounded()
}

/// x to two places after the point.
func hundredths(_ x: Double) -> Double { (x * 100).rounded() / 100 }
