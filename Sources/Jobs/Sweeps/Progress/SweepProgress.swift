/// How far a sweep is: a function of what was asked and of the jobs there are. What to do next: `nextAction`.
public struct SweepProgress: Sendable {
    /// The sweep.
    public let sweep: Sweep
    /// What was asked.
    public let specification: SweepSpecification
    /// The trials decided so far, by number.
    public let trials: [TrialProgress]
    /// The job of the final model, once there is one.
    public let final: SweepRun?
    /// The numbers of the trials of each rung that has begun.
    let rungs: [[Int]]
    /// All jobs.
    let runs: [SweepRun]

    var settings: SweepSettings { specification.settings }

    /// Reads a sweep's progress from its jobs.
    public init(_ sweep: Sweep, _ specification: SweepSpecification, runs: [SweepRun]) throws(StoreError) {
        self.sweep = sweep
        self.specification = specification
        self.runs = runs
        let settings = specification.settings
        let values = try TrialValues.decode(sweep.trials, dimensions: settings.dimensions.count)
        let places = Dictionary(runs.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
        let epochs = settings.halving == nil ? [nil] : specification.rungs.map { Optional($0) }
        var rungs = [Array(values.indices)]
        var reached = [[TrialProgress.Rung]](repeating: [], count: values.count)
        for (rung, epochs) in epochs.enumerated() {
            for trial in rungs[rung] {
                let runs = (0..<settings.judge.runs).map { places[.trial(trial, rung: rung, fold: $0)] }
                let results = runs.map { $0?.status == .succeeded ? $0?.result : nil }
                reached[trial].append(
                    TrialProgress.Rung(
                        epochs: epochs, runs: runs, scores: results.map { settings.judge.score($0) },
                        score: settings.judge.score(results, devRows: specification.devRows)))
            }
            let isOver = rungs[rung].allSatisfy { reached[$0][rung].isOver }
            guard rung + 1 < specification.rungs.count, isOver, let halving = settings.halving else { break }
            let ranked = SweepProgress.ranked(rungs[rung], settings.judge) { reached[$0][rung].score?.mean }
            guard !ranked.isEmpty else { break }
            rungs.append(ranked.prefix(halving.survivors(of: rungs[rung].count)).sorted())
        }
        self.rungs = rungs
        let begun = rungs.count
        let hasEnded = sweep.searchEnd != nil || sweep.status == .cancelling || sweep.status == .cancelled
        let isLastRung = begun == specification.rungs.count
        trials = values.enumerated().map { number, values in
            TrialProgress(
                number: number, values: values, rungs: reached[number],
                state: SweepProgress.state(
                    reached[number], isInLastRung: isLastRung && reached[number].count == begun,
                    isLeftBehind: reached[number].count < begun, searchHasEnded: hasEnded))
        }
        final = places[.final]
    }

    /// Those of `trials` that have a score, the best first; of equals the earlier one first.
    private static func ranked(_ trials: [Int], _ judge: SweepJudge, score: (Int) -> Double?) -> [Int] {
        trials.compactMap { trial in score(trial).map { (trial, $0) } }
            .sorted { a, b in a.1 == b.1 ? a.0 < b.0 : judge.isBetter(a.1, than: b.1) }.map(\.0)
    }

    private static func state(
        _ rungs: [TrialProgress.Rung], isInLastRung: Bool, isLeftBehind: Bool, searchHasEnded: Bool
    ) -> TrialProgress.State {
        guard let last = rungs.last else { return .waiting }
        if last.isActive { return .running }
        if last.isOver, last.score == nil {
            let wasCancelled = last.runs.contains { $0?.status == .cancelled }
            return searchHasEnded && wasCancelled ? .skipped : .failed
        }
        if isLeftBehind { return .dropped }
        if last.isOver { return isInLastRung ? .done : searchHasEnded ? .skipped : .waiting }
        if searchHasEnded { return .skipped }
        return last.hasBegun ? .running : .waiting
    }

    /// The trials that a choice is made among: those judged in the highest rung in which any was; the best first.
    public var candidates: [TrialProgress] {
        for rung in rungs.indices.reversed() {
            let ranked = SweepProgress.ranked(rungs[rung], settings.judge) { number in
                let trial = trials[number]
                return trial.rungs.count > rung ? trial.rungs[rung].score?.mean : nil
            }
            if !ranked.isEmpty { return ranked.map { trials[$0] } }
        }
        return []
    }

    /// The trial with the best score; of equals the earlier one.
    public var best: TrialProgress? { candidates.first }

    /// Runs of trials, and the final one, that ended.
    public var jobsDone: Int { runs.count { $0.status.isTerminal } }

    /// Trials of which nothing more is to come.
    public var trialsDone: Int { trials.count { $0.state != .waiting && $0.state != .running } }
}
