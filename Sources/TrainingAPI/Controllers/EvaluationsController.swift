import Diagnosis
import Evaluation
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

/// Measures trained models on their own data, and says what is wrong with them. Computed when asked for; nothing is kept.
struct EvaluationsController: Sendable {
    /// Evaluations, diagnoses and comparisons that may run at the same time.
    static let atATime = 2

    let service: TrainingService

    func evaluate(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        var options = SetEvaluation.Options()
        options.hardest = query.integer("hardest", in: 0...1000) ?? options.hardest
        options.bins = query.integer("bins", in: 1...100) ?? options.bins
        let threshold = query.number("threshold", "a number from 0 to 1") { $0 >= 0 && $0 <= 1 }
        try query.finish()
        options.threshold = threshold ?? options.threshold
        return try service.evaluating {
            let trained = try service.trainedJob(JobID(request.parameters[0]), for: request.caller)
            if threshold != nil, trained.plan.data.task != .binary {
                throw Faults(
                    pointer: "/query/threshold",
                    detail: "is for two classes, and this is \(trained.plan.data.task.rawValue)")
            }
            let penalty = WeightNorms.ofLayers(of: trained.network).penalty(
                trained.plan.training, examples: trained.plan.data.trainRows)
            var resource = EvaluationResource(trained: trained, penalty: penalty, threshold: options.threshold)
            for (role, examples) in trained.sets {
                var options = options
                if role == .test { options.hardest = 0 }
                resource.sets.append((role, examples, try SetEvaluation(of: trained.network, on: examples, options)))
            }
            return .json(200) { resource.write(to: &$0) }
        }
    }

    func diagnose(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let threshold = query.number("threshold", "a number above 0 and below 1") { $0 > 0 && $0 < 1 }
        try query.finish()
        return try service.evaluating {
            let trained = try service.trainedJob(JobID(request.parameters[0]), for: request.caller)
            guard let history = try service.store.history(trained.job.id) else { throw Problem.noJob }
            let diagnosis = Diagnosis(try evidence(trained, history), threshold: threshold)
            return .json(200) { diagnosis.write(to: &$0, job: trained.job) }
        }
    }

    private func evidence(_ trained: TrainedJob, _ history: [HistoryRow]) throws -> Evidence {
        let plan = trained.plan
        let sets = plan.data.sets
        var split: Evidence.Split?
        if let fractions = plan.data.specification.split.fractions {
            split = Evidence.Split(train: fractions.train, dev: fractions.dev, test: fractions.test)
        }
        let canAddNoise =
            plan.data.specification.augment == nil && plan.data.encoding.columns.contains { $0.kind == .numeric }
        return Evidence(
            train: try ErrorSample(of: trained.network, on: sets.train),
            dev: try sets.dev.map { try ErrorSample(of: trained.network, on: $0) },
            test: try sets.test.map { try ErrorSample(of: trained.network, on: $0) },
            baseError: plan.baseError, network: plan.network,
            hasInitialWeights: trained.job.initialWeightsHash != nil, training: plan.training,
            norms: WeightNorms.ofLayers(of: trained.network), history: history,
            stopReason: trained.job.stopReason ?? .completed, split: split, canAddNoise: canAddNoise,
            alarms: Set(trained.job.alarms.map(\.identity.kind)),
            inputsAreRaw: plan.data.specification.normalize == .none,
            classesAreUnweighted: plan.trainingSettings.classWeight == nil)
    }
}
