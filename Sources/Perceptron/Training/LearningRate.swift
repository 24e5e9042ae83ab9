#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension LearningRateDecay {
    /// α of epoch `epoch` (0 for the first) of `epochs`, α₀ being `initial`.
    public func learningRate(_ initial: Double, epoch: Int, epochs: Int) -> Double {
        switch self {
        case .step(let rate, let every): initial * pow(rate, Double(epoch / max(every, 1)))
        case .exponential(let rate): initial * pow(rate, Double(epoch))
        case .inverseTime(let rate): initial / (1 + rate * Double(epoch))
        case .cosine(let minimum):
            minimum + (initial - minimum) * (1 + cos(.pi * Double(epoch) / Double(max(epochs, 1)))) / 2
        }
    }
}

extension TrainingSpecification {
    /// α of epoch `epoch`, 0 for the first.
    func learningRate(epoch: Int) -> Double {
        learningRateDecay?.learningRate(learningRate, epoch: epoch, epochs: epochs) ?? learningRate
    }
}
