import Datasets
import Evaluation
import Jobs
import Perceptron

/// A job that has weights, with its network and the very sets it was trained and measured on.
struct TrainedJob: Sendable {
    let job: Job
    let network: TrainedNetwork
    let plan: JobPlan

    /// The sets there are.
    var sets: [(name: SetName, examples: ExampleSet)] {
        let sets = plan.data.sets
        return [(.train, sets.train as ExampleSet?), (.dev, sets.dev), (.test, sets.test)].compactMap { name, set in
            set.map { (name, $0) }
        }
    }

    /// The row of the client's data, from 0, that `place` of a set is; of sets sent as such the row within the set.
    func row(_ place: Int, of name: SetName, _ examples: ExampleSet) -> Int {
        let row = Int(examples.rows[place])
        guard case .sets(let train, let dev, _) = plan.data.specification.source else { return row }
        return switch name {
        case .train: row
        case .dev: row - train
        case .test: row - train - dev
        }
    }
}

/// The sets of a job.
enum SetName: String, CaseIterable, Sendable {
    case train, dev, test
}

extension TrainingService {
    /// The job called `text`, whose data is prepared anew as it was for training. Throws the problem where there is no
    /// such job or it has no weights.
    func trainedJob(_ text: String) throws -> TrainedJob {
        guard let id = JobID(text), let job = try store.job(id) else { throw Problem.noJob }
        guard let result = job.result, result.hasWeights, let network = try archive.network(of: id) else {
            throw Problem(.wrongState, "The job is \(job.status.rawValue) and has no weights.")
        }
        do {
            let plan = try JobPlan(
                stored: job.settings, initialLayers: nil, table: archive.table(job.tableHash), limits: tables.limits)
            return TrainedJob(job: job, network: network, plan: plan)
        } catch StorageError.notFound {
            // Forgotten since it was looked up, or its data is gone, which is a fault.
            guard try store.job(id) == nil else { throw StorageError.notFound(hash: job.tableHash) }
            throw Problem.noJob
        }
    }

    /// Runs `body` if not too many evaluations run already: each goes over a whole data set and takes a thread for as long.
    func evaluating<Value>(_ body: () throws -> Value) throws -> Value {
        guard let turn = evaluationTurns.take() else {
            throw Problem(
                .busy, "\(EvaluationsController.atATime) evaluations are running; try again in a moment.",
                headers: [("Retry-After", "2")])
        }
        defer { evaluationTurns.give(back: turn) }
        return try body()
    }
}
