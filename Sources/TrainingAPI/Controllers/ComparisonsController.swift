import Access
import Evaluation
import HTTPDaemon
import JSONDocument
import Jobs

/// Puts some jobs side by side.
struct ComparisonsController: Sendable {
    /// How many jobs one comparison takes.
    static let sizes = 2...20

    let service: TrainingService

    func compare(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let text = query.string("jobs", limit: 1_000)
        if !request.head.query.contains(where: { $0.name == "jobs" }) {
            query.fault("jobs", "is required: the ids of the jobs to compare, with commas between")
        }
        try query.finish()
        let ids = (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return try service.evaluating {
            let compared = try jobs(ids, for: request.caller).map { job in
                ComparisonResource.Column(
                    job: job, settings: try JSONDocument.parse(job.settings).root,
                    norms: try norms(of: job), now: service.clock())
            }
            return .json(200) { ComparisonResource(columns: compared).write(to: &$0) }
        }
    }

    private func jobs(_ ids: [String], for caller: Caller) throws -> [Job] {
        let faults = FaultCollector()
        let sizes = ComparisonsController.sizes
        if !sizes.contains(ids.count) {
            faults.add("/query/jobs", "must name \(sizes.lowerBound) to \(sizes.upperBound) jobs, not \(ids.count)")
        }
        if Set(ids).count < ids.count { faults.add("/query/jobs", "names a job more than once") }
        try faults.throwIfAny()
        let jobs = try ids.compactMap { id in
            let found = try JobID(id).flatMap { try service.store.job($0) }
            let job = found.flatMap { caller.sees(owner: $0.owner) ? $0 : nil }
            if job == nil { faults.add("/query/jobs", "\"\(id.prefix(40))\" is not the id of a job") }
            return job
        }
        try faults.throwIfAny()
        return jobs
    }

    private func norms(of job: Job) throws -> [WeightNorms]? {
        guard job.result?.hasWeights == true, let network = try service.archive.network(of: job.id) else { return nil }
        return WeightNorms.ofLayers(of: network)
    }
}
