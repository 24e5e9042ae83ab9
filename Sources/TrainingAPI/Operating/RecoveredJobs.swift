import Jobs

extension Recovery {
    /// What became of the jobs, and of how many.
    var outcomes: [(name: String, count: Int)] {
        [("requeued", requeued), ("cancelled", cancelled.count), ("failed", givenUp)]
    }

    /// Tells of them, if there are any.
    func tell(_ report: Report) {
        guard outcomes.contains(where: { $0.count > 0 }) else { return }
        report(
            "jobs that the process before left: \(requeued) queued again, \(cancelled.count) cancelled, "
                + "\(givenUp) given up for having ended it \(JobRunner.attemptLimit) times",
            level: givenUp > 0 ? .warning : .info, outcomes.map { ($0.name, .integer($0.count)) })
    }
}
