import Diagnosis
import Evaluation
import Perceptron

extension ErrorSample {
    /// A classifier that is wrong on this share.
    static func wrong(_ share: Double, of count: Int, loss: Double = 0.3) -> ErrorSample {
        ErrorSample(
            count: count, mean: share, deviation: (share * (1 - share)).squareRoot(), loss: loss, targetVariance: 0.25)
    }

    /// A regression with this mean squared error over targets of variance 4.
    static func squares(_ mean: Double, of count: Int) -> ErrorSample {
        ErrorSample(count: count, mean: mean, deviation: mean, loss: mean, targetVariance: 4)
    }
}

extension Evidence {
    /// A plain job of a thousand rows in each set that ended as it should, with a flat learning curve.
    static func make(
        _ train: ErrorSample, _ dev: ErrorSample?, _ test: ErrorSample? = nil, task: Task = .binary,
        hidden: [Int] = [20, 3], history: [HistoryRow] = .curve(), change: (inout Evidence) -> Void = { _ in }
    ) -> Evidence {
        let network = NetworkSpecification(
            inputs: 2, hiddenLayers: hidden.map { .init(units: $0) }, outputs: 1, task: task)
        var norms = WeightNorms()
        norms.count = 100
        norms.squares = 50
        norms.l1 = 60
        var evidence = Evidence(
            train: train, dev: dev, test: test, network: network, training: TrainingSpecification(), norms: [norms],
            history: history, split: .init(train: 0.6, dev: 0.2, test: 0.2))
        change(&evidence)
        return evidence
    }
}

extension [HistoryRow] {
    /// A curve over `epochs` epochs, the losses as functions of the share of them that is done.
    static func curve(
        epochs: Int = 200, every: Int = 1, train: (Double) -> Double = { $0 == 0 ? 1 : 0.3 },
        dev: ((Double) -> Double)? = { $0 == 0 ? 1 : 0.3 }
    ) -> [HistoryRow] {
        stride(from: 0, through: epochs, by: every).map { epoch in
            let done = Double(epoch) / Double(epochs)
            return HistoryRow(
                epoch: epoch, stepCost: nil, train: SetMetrics(loss: train(done), cost: train(done), accuracy: 1),
                dev: dev.map { SetMetrics(loss: $0(done), cost: $0(done), accuracy: 1) }, learningRate: 0.001,
                gradientNorm: nil)
        }
    }
}
