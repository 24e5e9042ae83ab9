import Datasets
import JSONDocument
import Jobs
import Perceptron
import Testing

/// A sweep whose jobs end as a test says, without a store, a worker or a clock.
struct SimulatedSweep {
    /// How a run of a trial ends.
    enum End {
        case score(Double, error: Double? = nil, bestEpoch: Int? = nil)
        case diverged
        case cancelled
    }

    let fixture: PlanFixture
    let specification: SweepSpecification
    var sweep: Sweep
    var runs: [SweepRun] = []
    var ending: SweepEnding?
    /// What was submitted, in order.
    var submitted: [SweepJob] = []
    /// Jobs that waited or ran at a time, at most.
    var mostActive = 0

    /// A sweep of a document; times count from 0.
    init(_ document: String) throws {
        fixture = try PlanFixture()
        let request = SweepRequest(try node(document), drawSeed: { 7 })
        guard let job = request.job, let data = job.data, request.faults.isEmpty else { throw Faults(request.faults) }
        let (specification, _) = try data.ingest(into: fixture.tables)
        let table = try fixture.tables.open(try #require(specification.table))
        // By way of what is stored: a restart reads no more than that.
        let made = try SweepSpecification(request, data: specification, table: table)
        self.specification = try SweepSpecification(stored: made.stored)
        sweep = Sweep(
            SweepSubmission(tableHash: "t", specification: made.stored, trials: made.firstTrials),
            createdAt: Timestamp(milliseconds: 0))
    }

    var progress: SweepProgress { get throws { try SweepProgress(sweep, specification, runs: runs) } }

    /// A trial's values in words.
    func words(_ trial: TrialProgress) -> String {
        trial.values.map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: " ")
    }

    func values(_ number: Int) throws -> [SweepValue] { try progress.trials[number].values }

    /// Goes on until the sweep is over or, with nothing to do, waits for time; of the jobs that wait the one that `pick`
    /// names ends first.
    mutating func run(
        capacity: Int = 4, now: Int64 = 0, pick: (Int) -> Int = { _ in 0 },
        until isEnough: (SimulatedSweep) -> Bool = { _ in false }, _ end: (SweepPlace, [SweepValue]) throws -> End
    ) throws {
        for _ in 0..<10_000 {
            if isEnough(self) || sweep.status.isTerminal { return }
            switch try progress.nextAction(capacity: capacity, now: Timestamp(milliseconds: now)) {
            case .submit(let jobs):
                for job in jobs {
                    submitted.append(job)
                    runs.append(SweepRun(id: .random(), place: job.place, status: .queued, parameterCount: 9))
                }
            case .cancel(let ids):
                for id in ids {
                    let index = try #require(runs.firstIndex { $0.id == id })
                    finish(index, .cancelled)
                }
            case .extend(let trials):
                let isExtended = sweep.extend(trials: TrialValues.encode(trials))
                #expect(isExtended)
            case .endSearch(let end):
                let hasEnded = sweep.endSearch(end)
                #expect(hasEnded)
            case .finish(let end):
                ending = end
                let isFinished = sweep.finish(end, at: Timestamp(milliseconds: now))
                #expect(isFinished)
            case .wait:
                let active = runs.indices.filter { !runs[$0].status.isTerminal }
                mostActive = max(mostActive, active.count)
                if active.isEmpty { return }
                let index = active[pick(active.count)]
                var values: [SweepValue] = []
                if case .trial(let number, _, _) = runs[index].place { values = try self.values(number) }
                finish(index, try end(runs[index].place, values))
            }
        }
        Issue.record("the sweep does not end")
    }

    private mutating func finish(_ index: Int, _ end: End) {
        let run = runs[index]
        var (status, result, failure) = (JobStatus.succeeded, JobResult?.none, JobFailure?.none)
        switch end {
        case .score(let loss, let error, let bestEpoch):
            result = JobResult(
                epochs: 1, dev: SetMetrics(loss: loss, cost: loss, accuracy: loss), devLossError: error,
                best: bestEpoch.map { .init(epoch: $0, devLoss: loss) }, trainingSeconds: 0, inputEncoding: [],
                hasWeights: true)
        case .diverged:
            status = .failed
            failure = JobFailure(code: "diverged", title: "Training diverged", detail: "It did.")
        case .cancelled: status = .cancelled
        }
        runs[index] = SweepRun(
            id: run.id, place: run.place, status: status, result: result, failure: failure,
            parameterCount: run.parameterCount)
    }
}

/// A sweep's document over 40 rows of two classes, a fifth of them dev and a fifth test.
func sweepDocument(
    _ search: String, _ members: String = "", network: String = "{}", training: String = #"{"epochs": 90}"#
) -> String {
    let x = (0..<40).map { "[\($0 % 7), \($0 % 5)]" }.joined(separator: ",")
    let y = (0..<40).map { $0 % 2 == 0 ? "0" : "1" }.joined(separator: ",")
    let job = document(network: network, training: training, data: #"{"x": [\#(x)], "y": [\#(y)]}"#)
    return #"{"job": \#(job), "search": \#(search)\#(members.isEmpty ? "" : ", ")\#(members)}"#
}
