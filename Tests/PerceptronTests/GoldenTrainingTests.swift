import Foundation
import Perceptron
import Testing

/// Whole training runs against an independent program (`Scripts/reference_network.py`).
@Suite struct GoldenTrainingTests {
    /// What every promised feature has a file for; a folder that lost some must not pass.
    @Test func everyFeatureHasAGoldenFile() {
        let needed = [
            "course_none", "course_l2", "course_l1", "course_l1_l2", "course_dropout_fixed", "course_dropout_resampled",
            "adam_minibatch", "adamw", "adamw_l1_l2", "momentum", "rmsprop", "batch_norm", "softmax", "regression",
            "clipping",
            "weights_sample_and_class_dropout", "weights_class_softmax", "weights_sample_regression_batch_norm",
            "decay_step", "decay_exponential", "decay_inverse_time", "decay_cosine", "initializer_he",
        ]
        #expect(Set(needed).subtracting(GoldenCase.names).isEmpty)
        #expect(GoldenCase.names.count >= 40)
    }

    @Test(arguments: GoldenCase.names)
    func float64FollowsTheReferenceTo1e10(_ name: String) throws {
        try compare(name, .float64, tolerance: 1e-10)
    }

    @Test(arguments: GoldenCase.names)
    func float32FollowsTheReferenceTo1e4(_ name: String) throws {
        try compare(name, .float32, tolerance: 1e-4)
    }

    private func compare(_ name: String, _ precision: Precision, tolerance: Double) throws {
        let golden = try GoldenCase.read(name)
        let outcome = try Training.run(
            golden.networkSpecification, golden.trainingSpecification(precision), on: golden.sets,
            monitor: TrainingMonitor(epochs: golden.training.epochs))
        #expect(outcome.stopReason == .completed)
        #expect(outcome.epochs == golden.training.epochs)

        try #require(outcome.history.map(\.epoch) == golden.expected.history.map(\.epoch))
        for (row, expected) in zip(outcome.history, golden.expected.history) {
            let place = "\(name), epoch \(row.epoch)"
            check(row.stepCost, expected.step_cost, tolerance, "\(place): step cost")
            check(row.gradientNorm, expected.gradient_norm, 10 * tolerance, "\(place): gradient norm")
            check(row.learningRate, expected.learning_rate, 1e-14, "\(place): learning rate")
            check(row.train, expected.train, tolerance, "\(place): train", examples: golden.train.y.count)
            let dev = try #require(row.dev)
            check(dev, expected.dev, tolerance, "\(place): dev", examples: golden.dev.y.count)
        }
        let last = try #require(golden.expected.history.last)
        check(try outcome.measured, last.train, tolerance, "\(name): train metrics", examples: golden.train.y.count)

        let layers = outcome.network.layers
        try #require(layers.count == golden.expected.layers.count)
        for (index, pair) in zip(layers, golden.expected.layers).enumerated() {
            let (layer, expected) = (pair.0, pair.1.parameters)
            let place = "\(name), layer \(index)"
            // Biases share the scale of their layer: on their own they may be as small as a sum of cancelled terms.
            let scale = norm(expected.weights)
            check(layer.weights, expected.weights, tolerance, scale, "\(place): weights")
            check(layer.biases, expected.biases, tolerance, scale, "\(place): biases")
            try #require((layer.batchNorm == nil) == (expected.batchNorm == nil), "\(place)")
            if let found = layer.batchNorm, let wanted = expected.batchNorm {
                #expect(layer.biases.allSatisfy { $0 == 0 }, "\(place): biases beside batch normalisation stay 0")
                check(found.gamma, wanted.gamma, tolerance, norm(wanted.gamma), "\(place): gamma")
                check(found.beta, wanted.beta, tolerance, norm(wanted.gamma), "\(place): beta")
                check(
                    found.runningMean, wanted.runningMean, tolerance, norm(wanted.runningMean), "\(place): running mean"
                )
                check(
                    found.runningVariance, wanted.runningVariance, tolerance, norm(wanted.runningVariance),
                    "\(place): running variance")
            }
        }
    }

    private func norm(_ values: [Double]) -> Double {
        values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    /// Distance of two vectors, in `scale`.
    private func check(_ found: [Double], _ expected: [Double], _ tolerance: Double, _ scale: Double, _ what: String) {
        guard found.count == expected.count else {
            Issue.record("\(what): \(found.count) values where \(expected.count) belong")
            return
        }
        let distance = norm(zip(found, expected).map { $0 - $1 })
        #expect(distance <= tolerance * scale, "\(what): off by \(distance / scale) of its scale")
    }

    private func check(_ found: Double?, _ expected: Double?, _ tolerance: Double, _ what: String) {
        guard let found, let expected else {
            #expect(found == nil && expected == nil, "\(what) is on one side only")
            return
        }
        #expect(abs(found - expected) <= tolerance * abs(expected), "\(what): \(found), not \(expected)")
    }

    private func check(
        _ found: SetMetrics, _ expected: GoldenCase.Metrics, _ tolerance: Double, _ what: String, examples: Int
    ) {
        check(found.loss, expected.loss, tolerance, "\(what) loss")
        check(found.cost, expected.cost, tolerance, "\(what) cost")
        check(found.rmse, expected.rmse, tolerance, "\(what) rmse")
        guard let accuracy = found.accuracy, let wanted = expected.accuracy else {
            #expect(found.accuracy == nil && expected.accuracy == nil, "\(what): accuracy is on one side only")
            if let r2 = found.r2, let wanted = expected.r2 {
                #expect(abs(r2 - wanted) <= tolerance, "\(what) r2: \(r2), not \(wanted)")
            } else {
                #expect(found.r2 == nil && expected.r2 == nil, "\(what): r2 is on one side only")
            }
            return
        }
        // In float32 an example that lies on the border to six digits may fall to the other side.
        let borderline = tolerance > 1e-8 ? 1.0 : 0.0
        #expect(
            abs(accuracy - wanted) * Double(examples) <= borderline + 1e-9,
            "\(what) accuracy: \(accuracy), not \(wanted)")
    }
}
