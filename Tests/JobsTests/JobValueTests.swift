import Jobs
import Perceptron
import Testing

@Suite struct IdentifierTests {
    @Test func idsAreRandomAndReadBack() {
        let ids = Set((0..<10_000).map { _ in JobID.random() })
        #expect(ids.count == 10_000)
        for id in ids {
            #expect(id.description.utf8.count == 28)
            #expect(JobID(id.description) == id)
            #expect(DatasetID(id.description) == nil)
        }
        let dataset = DatasetID.random()
        #expect(DatasetID(dataset.description) == dataset)
    }

    @Test(arguments: [
        "", "job_", "job_0123456789abcdefghjkmnp", "job_0123456789abcdefghjkmnpqr", "ds_0123456789abcdefghjkmnpq",
        "job_0123456789ABCDEFGHJKMNPQ", "job_0123456789abcdefghjkmnpu", "job_../../../../../../etc/p",
        "job_0123456789abcdefghjkmné",
    ])
    func whatCannotBeAnIDIsNone(text: String) {
        #expect(JobID(text) == nil)
    }
}

@Suite struct JobStatusTests {
    @Test func theLegalTransitionsAreThese() {
        let legal: [JobStatus: Set<JobStatus>] = [
            .queued: [.running, .cancelled],
            .running: [.queued, .cancelling, .succeeded, .failed, .cancelled],
            .cancelling: [.succeeded, .failed, .cancelled],
            .succeeded: [], .failed: [], .cancelled: [],
        ]
        for (status, next) in legal {
            #expect(Set(JobStatus.allCases.filter(status.mayBecome)) == next)
            #expect(status.isTerminal == next.isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func everyStepOfTheStoresIsLegal(kind: StoreKind) throws {
        let verbs: [(any JobStore, Job) throws -> Void] = [
            { store, _ in _ = try store.claim() },
            { store, job in _ = try store.requestCancel(job.id) },
            { store, job in _ = try store.requeue(job.id, leaseEpoch: job.leaseEpoch) },
            { store, _ in _ = try store.recover() },
            { store, job in _ = try store.finish(job.id, leaseEpoch: job.leaseEpoch, .success) },
            { store, job in _ = try store.finish(job.id, leaseEpoch: job.leaseEpoch, JobEnding(.failed)) },
            { store, job in _ = try store.finish(job.id, leaseEpoch: job.leaseEpoch, JobEnding(.cancelled)) },
        ]
        var seen = 0
        for status in JobStatus.allCases {
            for verb in verbs {
                let store = try TestStore(kind).store
                let job = try store.job(in: status)
                try verb(store, job)
                let after = try #require(try store.job(job.id)).status
                #expect(after == status || status.mayBecome(after), "\(status) became \(after)")
                if after != status { seen += 1 }
            }
        }
        // 2 from queued, 6 from running (recover and requeue both queue), 5 from cancelling.
        #expect(seen == 13)
    }
}

@Suite struct MetricsCodingTests {
    private let rows = [
        HistoryRow(
            epoch: 1, stepCost: 2, train: SetMetrics(loss: 3, cost: 4, accuracy: 5),
            dev: SetMetrics(loss: 6, cost: 7, rmse: 8, r2: 9), learningRate: 10, gradientNorm: 11)
    ]

    @Test func aCutHistoryIsNoticed() throws {
        let bytes = MetricsCoding.encode(rows)
        #expect(try MetricsCoding.historyRows(bytes) == rows)
        #expect(try MetricsCoding.historyRows(Array(bytes.prefix(1))).isEmpty)
        for count in 0..<bytes.count where count != 1 {
            #expect(throws: StoreError.self) { try MetricsCoding.historyRows(Array(bytes.prefix(count))) }
        }
    }

    @Test func aCutResultIsNoticed() throws {
        let result = JobResult(
            epochs: 1, train: rows[0].train, dev: rows[0].dev, test: rows[0].train, best: .init(epoch: 1, devLoss: 2),
            trainingSeconds: 3, inputEncoding: [1, 2], hasWeights: true)
        let bytes = MetricsCoding.encode(result)
        #expect(try MetricsCoding.result(bytes, inputEncoding: [1, 2]) == result)
        for count in 0..<bytes.count {
            #expect(throws: StoreError.self) { try MetricsCoding.result(Array(bytes.prefix(count)), inputEncoding: []) }
        }
    }

    @Test func anotherFormatIsRefused() {
        #expect(throws: StoreError.self) { try MetricsCoding.historyRows([3]) }
        #expect(throws: StoreError.self) { try MetricsCoding.result([2], inputEncoding: []) }
    }
}
