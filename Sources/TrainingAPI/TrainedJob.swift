import Access
import Charts
import Datasets
import Jobs
import Perceptron

/// A job that has weights, with its network and the very sets it was trained and measured on.
package struct TrainedJob: Sendable {
    /// The job.
    package let job: Job
    /// What was trained.
    package let network: TrainedNetwork
    /// Its settings, with the data prepared anew.
    package let plan: JobPlan

    /// Its sets, encoding and classes.
    package var data: PreparedData { plan.data }

    /// The sets there are.
    var sets: [(role: ExampleRole, examples: ExampleSet)] {
        ExampleRole.allCases.compactMap { role in examples(role).map { (role, $0) } }
    }

    /// The examples of one set; nil if there is no such set.
    func examples(_ role: ExampleRole) -> ExampleSet? {
        switch role {
        case .train: data.sets.train
        case .dev: data.sets.dev
        case .test: data.sets.test
        }
    }

    /// Whether a sweep has put the rows of train and dev together.
    private var isPooled: Bool {
        switch data.specification.arrangement {
        case .fold, .trainOnDev: true
        case .withoutTest, nil: false
        }
    }

    /// The row of the client's data, from 0, that `place` of a set is; of sets sent as such the row within the set, where
    /// those of dev follow on those of train if a sweep has put the two together.
    func row(_ place: Int, of role: ExampleRole, _ examples: ExampleSet) -> Int {
        let row = Int(examples.rows[place])
        guard case .sets(let train, let dev, _) = data.specification.source, !isPooled else { return row }
        return switch role {
        case .train: row
        case .dev: row - train
        case .test: row - train - dev
        }
    }
}

extension TrainingService {
    /// - Throws: the `404` where there is none that `caller` sees.
    func job(_ id: JobID?, for caller: Caller) throws -> Job {
        guard let id, let job = try store.job(id), caller.sees(owner: job.owner) else { throw Problem.noJob }
        return job
    }

    /// The learning curve so far: of a running job as its worker has it.
    func history(of job: Job) throws -> [HistoryRow] {
        let live = job.status.isHeld ? pool.monitor(for: job.id)?.history : nil
        guard let rows = try live ?? store.history(job.id) else { throw Problem.noJob }
        return rows
    }

    /// - Throws: the `404` for no such job, the `409` for one without weights.
    func trainedNetwork(_ id: JobID?, for caller: Caller) throws -> (Job, JobResult, TrainedNetwork) {
        let job = try job(id, for: caller)
        guard let result = job.result, result.hasWeights, let network = try archive.network(of: job.id) else {
            throw Problem(.wrongState, "The job is \(job.status.rawValue) and has no weights.")
        }
        return (job, result, network)
    }

    /// The network of a job, and its data prepared anew as they were for training. Throws as `trainedNetwork` does.
    package func trainedJob(_ id: JobID?, for caller: Caller) throws -> TrainedJob {
        let (job, _, network) = try trainedNetwork(id, for: caller)
        do {
            let plan = try JobPlan(
                stored: job.settings, initialLayers: nil, table: archive.table(job.tableHash), limits: tables.limits)
            return TrainedJob(job: job, network: network, plan: plan)
        } catch StorageError.notFound {
            // Forgotten since it was looked up, or its data is gone, which is a fault.
            _ = try self.job(id, for: caller)
            throw StorageError.notFound(hash: job.tableHash)
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
