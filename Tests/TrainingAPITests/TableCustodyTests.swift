import Datasets
import JSONDocument
import Jobs
import Perceptron
import Testing
import TrainingAPI

struct TableCustodyTests {
    private let fixture: ServiceFixture
    private let custody: TableCustody

    init() throws {
        fixture = try ServiceFixture.make(inlineLimit: 0)
        let reports = fixture.reports
        custody = TableCustody(
            store: fixture.store, tables: fixture.tables, initialWeights: fixture.weights,
            report: Report { notice in reports.withLock { $0.append(notice.text) } })
    }

    private func store(_ number: Int) throws -> String {
        try Array("[[\(number)]]".utf8).withUnsafeBytes { try fixture.tables.ingestJSON($0) }.hash
    }

    private func reference(_ table: String, weights: String? = nil) throws {
        _ = try fixture.store.submit(
            JobSubmission(settings: [], tableHash: table, initialWeightsHash: weights, parameterCount: 1, epochs: 1))
    }

    @Test func whatNothingRefersToGoesAtOnce() throws {
        let (needed, unneeded) = try (store(1), store(2))
        try reference(needed)
        custody.released(table: needed)
        custody.released(table: unneeded)
        #expect(try fixture.tables.hashes() == [needed])
    }

    @Test func nothingGoesWhileAnythingIsTakenIn() throws {
        let (first, second) = try (store(1), store(2))
        try custody.takingIn {
            try custody.takingIn { custody.released(table: first) }
            custody.released(table: second)
            #expect(try Set(fixture.tables.hashes()) == [first, second])
        }
        #expect(try fixture.tables.hashes() == [])
    }

    @Test func whatIsTakenInWhileItIsReleasedStays() throws {
        let table = try store(1)
        try custody.takingIn {
            custody.released(table: table)
            try reference(table)
        }
        custody.released()
        #expect(try fixture.tables.hashes() == [table])
    }

    @Test func anIntakeThatFailsEndsToo() throws {
        struct Refused: Error {}
        let table = try store(1)
        #expect(throws: Refused.self) {
            try custody.takingIn {
                custody.released(table: table)
                throw Refused()
            }
        }
        #expect(try fixture.tables.hashes() == [])
    }

    @Test func initialWeightsAreKeptLikeTables() throws {
        let network = NetworkSpecification(inputs: 1, hiddenLayers: [], outputs: 1, task: .binary)
        let hashes = try [1.0, 2.0].map {
            try fixture.weights.store([LayerParameters(weights: [$0], biases: [0])], of: network)
        }
        try reference("table", weights: hashes[0])
        for hash in hashes { custody.released(initialWeights: hash) }
        #expect(try fixture.weights.hashes() == [hashes[0]])
    }

    @Test func aSweepDeletesLeftoversAndNothingElse() throws {
        let (needed, unneeded) = try (store(1), store(2))
        try reference(needed)
        try custody.sweepAll()
        #expect(try fixture.tables.hashes() == [needed])
        #expect(throws: StorageError.notFound(hash: unneeded)) { try fixture.tables.open(unneeded) }
    }

    @Test func aStoreThatCannotAnswerCostsNothing() throws {
        let table = try store(1)
        let broken = TableCustody(
            store: BrokenStore(error: .unavailable("x")), tables: fixture.tables, initialWeights: fixture.weights,
            report: Report { [reports = fixture.reports] notice in reports.withLock { $0.append(notice.text) } })
        broken.released(table: table)
        #expect(try fixture.tables.hashes() == [table])
        #expect(fixture.reports.withLock { $0.count } == 1)
        // It is looked at again the next time.
        broken.released()
        #expect(fixture.reports.withLock { $0.count } == 2)
    }

    @Test func noSubmittedJobEverLosesItsTable() throws {
        let fixture = fixture
        let contents = (0..<3).map { #"{"x": [[0], [1], [2]], "y": [0, 1, \#($0)], "task": "regression"}"# }
        let kept = Guarded<[String]>([])
        let checks = Guarded(0)
        onThreads(8) { thread in
            for round in 0..<40 {
                let id = try fixture.submit(document(data: contents[(thread + round) % 3]))
                let job = try #require(try fixture.store.job(jobID(id)))
                _ = try fixture.tables.open(job.tableHash)
                checks.withLock { $0 += 1 }
                if round % 8 == 7 {
                    kept.withLock { $0.append(id) }
                    continue
                }
                #expect(try fixture.call("POST", "/v1/jobs/\(id)/cancel").status == 200)
                #expect(try fixture.call("DELETE", "/v1/jobs/\(id)").status == 204)
            }
        }
        #expect(checks.withLock { $0 } == 320)
        let ids = kept.withLock { $0 }
        for id in ids {
            let job = try #require(try fixture.store.job(jobID(id)))
            _ = try fixture.tables.open(job.tableHash)
        }
        for id in ids {
            #expect(try fixture.call("POST", "/v1/jobs/\(id)/cancel").status == 200)
            #expect(try fixture.call("DELETE", "/v1/jobs/\(id)").status == 204)
        }
        #expect(try fixture.tables.hashes() == [])
    }

    @Test(arguments: StoreKind.allCases, [0, JobArchive.inlineLimit])
    func aJobKeepsTheTableOfADataSetThatIsForgotten(kind: StoreKind, inlineLimit: Int) throws {
        let fixture = try ServiceFixture.make(kind, inlineLimit: inlineLimit)
        onThreads(6) { thread in
            for _ in 0..<20 {
                let upload = try fixture.call("POST", "/v1/datasets", "a,y\n1,0\n2,1\n", contentType: "text/csv")
                let dataset = try #require(try upload.json["id"]?.string)
                let id = try fixture.submit(document(data: #"{"dataset": "\#(dataset)", "target": "y"}"#))
                #expect(try fixture.call("DELETE", "/v1/datasets/\(dataset)").status == 204)
                let job = try #require(try fixture.store.job(jobID(id)))
                _ = try fixture.archive.table(job.tableHash)
                if thread % 2 == 0 {
                    #expect(try fixture.call("POST", "/v1/jobs/\(id)/cancel").status == 200)
                    #expect(try fixture.call("DELETE", "/v1/jobs/\(id)").status == 204)
                }
            }
        }
        #expect(try fixture.store.referencedTables().count == 1)
        #expect(try fixture.tables.hashes().count == (inlineLimit == 0 ? 1 : 0))
    }

    /// The data set is gone after it was found and before the job that uses it is stored.
    @Test(arguments: StoreKind.allCases)
    func aDataSetForgottenDuringASubmissionLeavesTheJobItsTable(kind: StoreKind) throws {
        let fixture = try ServiceFixture.make(kind)
        let contents = Array("[[1]]".utf8)
        let reference = try contents.withUnsafeBytes { try fixture.tables.ingestJSON($0) }
        let table = StoredContent(hash: reference.hash, bytes: try #require(reference.content))
        let dataset = DatasetRecord(
            createdAt: .now(), tableHash: table.hash, sha256: "", bytes: 5, mediaType: "application/json", schema: [])
        try fixture.store.addDataset(dataset, table: table)
        let found = try #require(try fixture.store.content(table.hash))
        #expect(try fixture.store.deleteDataset(dataset.id) == dataset)
        #expect(try fixture.store.content(table.hash) == nil)
        _ = try fixture.store.submit(
            JobSubmission(
                settings: [], tableHash: table.hash, parameterCount: 1, epochs: 1,
                contents: [StoredContent(hash: table.hash, bytes: found)]))
        #expect(try fixture.archive.table(table.hash).schema == reference.schema)
    }
}
