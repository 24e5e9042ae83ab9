import Charts
import Datasets
import Jobs
import Perceptron

/// A trained network with the data it was trained on, prepared as they were then.
package struct PlottedModel: Sendable {
    /// The job in few words.
    package let summary: JobSummary
    /// What was trained.
    package let network: TrainedNetwork
    /// Its sets, encoding and classes.
    package let data: PreparedData

    /// A network over `data`.
    package init(summary: JobSummary, network: TrainedNetwork, data: PreparedData) {
        self.summary = summary
        self.network = network
        self.data = data
    }

    /// The examples of one set; nil if there is no such set.
    func examples(_ role: ExampleRole) -> ExampleSet? {
        switch role {
        case .train: data.sets.train
        case .dev: data.sets.dev
        case .test: data.sets.test
        }
    }
}

extension TrainingService {
    /// - Throws: the `404` where there is none.
    func job(_ id: JobID?) throws -> Job {
        guard let id, let job = try store.job(id) else { throw Problem.noJob }
        return job
    }

    /// The learning curve so far: of a running job as its worker has it.
    func history(of job: Job) throws -> [HistoryRow] {
        let live = job.status.isHeld ? pool.monitor(for: job.id)?.history : nil
        guard let rows = try live ?? store.history(job.id) else { throw Problem.noJob }
        return rows
    }

    /// - Throws: the `404` for no such job, the `409` for one without weights.
    func trainedNetwork(_ id: JobID?) throws -> (Job, JobResult, TrainedNetwork) {
        let job = try job(id)
        guard let result = job.result, result.hasWeights, let network = try archive.network(of: job.id) else {
            throw Problem(.wrongState, "The job is \(job.status.rawValue) and has no weights.")
        }
        return (job, result, network)
    }

    /// The network of `id` and its data.
    package func plottedModel(_ id: JobID?) throws -> PlottedModel {
        let (job, _, network) = try trainedNetwork(id)
        do {
            let layers = try job.initialWeightsHash.map { try archive.initialLayers($0) }
            let plan = try JobPlan(
                stored: job.settings, initialLayers: layers, table: archive.table(job.tableHash), limits: tables.limits)
            return PlottedModel(summary: try JobSummary(job), network: network, data: plan.data)
        } catch StorageError.notFound {
            // Its data go with a job that is deleted meanwhile.
            _ = try self.job(id)
            throw Problem.failure
        }
    }
}
