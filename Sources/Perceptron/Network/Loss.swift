/// The losses in their stable forms, from the logits z: a confident wrong answer costs much, never infinity.
///
/// - binary: max(z, 0) − z y + log(1 + e^−|z|), equal to −y log σ(z) − (1 − y) log(1 − σ(z))
/// - multiclass: log Σ e^(z_k − z_max) + z_max − z_y, equal to −log softmax(z)_y
/// - regression: (z − y)²
struct Loss<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    let task: Task
    /// Columns of the logits.
    let outputs: Int

    /// Sums over the rows of a block in inference mode, each row taken as often as its weight says.
    struct Score {
        var loss = 0.0
        /// Examples whose predicted class is theirs.
        var correct = 0.0
        /// Σ (ŷ − y)².
        var squaredError = 0.0
    }

    /// Σ w loss of logits z (rows, outputs) against `targets` (rows); z becomes ∂(Σ w loss)/∂z · scale. The weights w
    /// (rows) are 1 where there are none.
    func backward(
        _ z: Values, _ targets: UnsafePointer<S>, weights: UnsafePointer<S>? = nil, rows: Int, scale: S
    ) -> Double {
        var sum = 0.0
        switch task {
        case .binary:
            for row in 0..<rows {
                let weight = weights?[row] ?? 1
                let (loss, probability) = Self.binary(z[row], targets[row])
                sum += (loss * weight).double
                z[row] = (probability - targets[row]) * (scale * weight)
            }
        case .multiclass:
            for row in 0..<rows {
                let weight = weights?[row] ?? 1
                let z = z + row * outputs
                let label = Int(targets[row])
                sum += (softmax(z, label: label) * weight).double
                z[label] -= 1
                for output in 0..<outputs { z[output] *= scale * weight }
            }
        case .regression:
            for row in 0..<rows {
                let weight = weights?[row] ?? 1
                let difference = z[row] - targets[row]
                sum += (difference * difference * weight).double
                z[row] = 2 * difference * (scale * weight)
            }
        }
        return sum
    }

    /// How logits z (rows, outputs) do against `targets` (rows); z becomes the outputs. An example counts by its weight
    /// in the losses, and by its share in `correct`; both (rows) are 1 where there are none.
    func score(
        _ z: Values, _ targets: UnsafePointer<S>, weights: UnsafePointer<S>? = nil, shares: UnsafePointer<S>? = nil,
        rows: Int
    ) -> Score {
        var score = Score()
        switch task {
        case .binary:
            for row in 0..<rows {
                let (loss, probability) = Self.binary(z[row], targets[row])
                score.loss += (loss * (weights?[row] ?? 1)).double
                if (probability > S(0.5)) == (targets[row] > S(0.5)) { score.correct += (shares?[row] ?? 1).double }
                z[row] = probability
            }
        case .multiclass:
            for row in 0..<rows {
                let z = z + row * outputs
                let label = Int(targets[row])
                score.loss += (softmax(z, label: label) * (weights?[row] ?? 1)).double
                var best = 0
                for output in 1..<max(outputs, 1) where z[output] > z[best] { best = output }
                if best == label { score.correct += (shares?[row] ?? 1).double }
            }
        case .regression:
            for row in 0..<rows {
                let difference = z[row].double - targets[row].double
                score.squaredError += (weights?[row] ?? 1).double * (difference * difference)
            }
            score.loss = score.squaredError
        }
        return score
    }

    /// Logits z (rows, outputs) become the outputs: probabilities or values.
    func activate(_ z: Values, rows: Int) {
        switch task {
        case .binary: for row in 0..<rows { z[row] = Self.sigmoid(z[row]) }
        case .multiclass: for row in 0..<rows { _ = softmax(z + row * outputs, label: 0) }
        case .regression: break
        }
    }

    /// 1 / (1 + e^−z) without overflow.
    @inline(__always)
    private static func sigmoid(_ z: S) -> S {
        let e = S.exp(-z.magnitude)
        return (z < 0 ? e : 1) / (1 + e)
    }

    @inline(__always)
    private static func binary(_ z: S, _ y: S) -> (loss: S, probability: S) {
        let e = S.exp(-z.magnitude)
        return ((z < 0 ? 0 : z) - z * y + S.log1p(e), (z < 0 ? e : 1) / (1 + e))
    }

    /// One row of logits becomes probabilities; answers the loss for class `label`.
    private func softmax(_ z: Values, label: Int) -> S {
        var largest = z[0]
        for output in 1..<max(outputs, 1) where z[output] > largest { largest = z[output] }
        let wanted = z[label] - largest
        var sum: S = 0
        for output in 0..<outputs {
            z[output] = S.exp(z[output] - largest)
            sum += z[output]
        }
        for output in 0..<outputs { z[output] /= sum }
        return S.log(sum) - wanted
    }
}
