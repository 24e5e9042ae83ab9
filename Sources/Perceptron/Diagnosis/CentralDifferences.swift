/// The derivatives of J by differences around the parameters, one parameter at a time.
struct CentralDifferences {
    /// One parameter's derivative.
    struct Derivative {
        /// Nil where even the shortest step crosses a kink.
        var value: Double?
        /// Whether the ±ε step crosses one.
        var crossesKink: Bool
    }

    /// Steps tried when ε crosses a kink, in ε; below, round-off would be all there is.
    private static let shorter = [0.5, 0.2, 0.1]
    /// Steps of the five-point formula, in ε.
    private static let longer = [4.0, 2, 1]

    private let function: CostFunction
    private let signs: CostFunction.Signs
    private let penalisesSize: Bool
    private let epsilon: Double
    private var parameters: [Double]

    /// What rounding alone can make of a derivative that is 0.
    let roundOff: Double

    /// Differences of `function` around its parameters.
    init(_ function: CostFunction, l1Lambda: Double, epsilon: Double) {
        self.function = function
        self.epsilon = epsilon
        parameters = function.parameters
        let start = function.loss(at: parameters)
        signs = start.signs
        penalisesSize = l1Lambda > 0
        // A few last bits of the loss; the sum over the examples makes more of them than its own rounding does.
        roundOff = 8 * max(abs(start.loss), 1).ulp / epsilon
    }

    /// ∂J/∂w of the parameter at `index` by (J(w + ε) − J(w − ε)) / 2ε.
    mutating func derivative(_ index: Int, isWeight: Bool) -> Derivative {
        if let value = difference(index, isWeight: isWeight, step: epsilon) {
            return Derivative(value: value, crossesKink: false)
        }
        for factor in Self.shorter {
            if let value = difference(index, isWeight: isWeight, step: factor * epsilon) {
                return Derivative(value: value, crossesKink: true)
            }
        }
        return Derivative(value: nil, crossesKink: true)
    }

    /// ∂J/∂w by (8 (J(w + h) − J(w − h)) − (J(w + 2h) − J(w − 2h))) / 12h, whose error falls with h⁴, so that h can be
    /// longer than ε and round-off smaller; nil where a kink leaves nothing better than `derivative`.
    mutating func finerDerivative(_ index: Int, isWeight: Bool) -> Double? {
        for factor in Self.longer {
            if let value = fivePoint(index, isWeight: isWeight, h: factor * epsilon)?.value { return value }
        }
        // With a shorter h round-off is larger than with ε: better only where truncation is larger still.
        guard let (value, wide) = fivePoint(index, isWeight: isWeight, h: epsilon / 2), abs(value - wide) > roundOff
        else { return nil }
        return value
    }

    /// The formula's value, and that of its longer step alone; nil if that crosses a kink.
    private mutating func fivePoint(_ index: Int, isWeight: Bool, h: Double) -> (value: Double, wide: Double)? {
        guard let wide = difference(index, isWeight: isWeight, step: 2 * h),
            let narrow = difference(index, isWeight: isWeight, step: h)
        else { return nil }
        return ((4 * narrow - wide) / 3, wide)
    }

    /// (J(w + step) − J(w − step)) / 2 step; nil if that crosses a kink.
    private mutating func difference(_ index: Int, isWeight: Bool, step: Double) -> Double? {
        let w = parameters[index]
        let (above, below) = (w + step, w - step)
        if penalisesSize, isWeight, above > 0, below < 0 { return nil }
        defer { parameters[index] = w }
        parameters[index] = above
        let up = function.loss(at: parameters)
        guard up.signs == signs else { return nil }
        parameters[index] = below
        let down = function.loss(at: parameters)
        guard down.signs == signs else { return nil }
        // Of the penalty only this weight's part differs, and is taken alone: the whole sum's rounding would be larger.
        let penalty = isWeight ? function.penalty(ofWeight: above) - function.penalty(ofWeight: below) : 0
        // The steps as they were rounded, not as they were meant.
        return (up.loss - down.loss + penalty) / (above - below)
    }
}
