import Datasets
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron
import Testing
import TrainingAPI

struct ProblemTests {
    @Test(arguments: ProblemCode.allCases)
    func everyCodeHasItsStatusAndTitle(code: ProblemCode) throws {
        #expect((400...599).contains(code.status))
        #expect(!code.title.isEmpty && !code.title.hasSuffix("."))
        let answer = try Answer(Problem(code, "Because.", headers: [("X-A", "b")]).response)
        let problem = try answer.json
        #expect(answer.status == code.status)
        #expect(answer.headers == ["Content-Type": "application/problem+json", "X-A": "b"])
        #expect(problem["type"]?.string == "/problems/\(code.rawValue)")
        #expect(problem["title"]?.string == code.title)
        #expect(problem["status"]?.integer == code.status)
        #expect(problem["detail"]?.string == "Because.")
        #expect(problem["code"]?.string == code.rawValue)
        #expect(problem["errors"]?.count == 0)
    }

    @Test func noTwoCodesShareATitle() {
        #expect(Set(ProblemCode.allCases.map(\.title)).count == ProblemCode.allCases.count)
    }

    @Test func allFaultsAreListed() throws {
        let faults = Faults([Fault(pointer: "/a", detail: "is \"wrong\""), Fault(pointer: "", detail: "too")])
        let answer = try Answer(Problem(faults).response)
        #expect(answer.status == 422)
        #expect(answer.pointers == ["/a", ""])
        #expect(try answer.json["detail"]?.string == "2 faults, the first: /a is \"wrong\"")
    }

    private struct Stranger: Error, CustomStringConvertible { let description = "SECRET" }

    private static let inner: [(any Error & Sendable, Int)] = [
        (StorageError.io(operation: "SECRET", code: 5), 500), (StorageError.notFound(hash: "SECRET"), 500),
        (StorageError.damaged(hash: "SECRET", reason: "SECRET"), 500), (StorageError.diskFull, 507),
        (IngestionError.storage(.io(operation: "SECRET", code: 5)), 500), (IngestionError.storage(.diskFull), 507),
        (StoreError.diskFull("SECRET"), 507), (StoreError.unavailable("SECRET"), 500),
        (StoreError.corrupt("SECRET"), 500), (StoreError.duplicate("SECRET"), 500), (StoreError.inUse("SECRET"), 500),
        (StoreError.newerSchema("SECRET"), 500), (StoreError.unknownCursor("SECRET"), 422),
        (RequestFault.spoolFailed(SystemError(call: "SECRET", path: "SECRET", code: 28)), 507),
        (RequestFault.spoolFailed(SystemError(call: "SECRET", path: "SECRET", code: 122)), 507),
        (RequestFault.spoolFailed(SystemError(call: "SECRET", path: "SECRET", code: 13)), 500),
        (RequestFault.invalidResponse, 500), (SystemError(call: "SECRET", path: "SECRET", code: 2), 500),
        (PredictionError.inputCount(expected: 1, found: 2), 500), (Stranger(), 500),
    ]

    @Test(arguments: inner.indices)
    func whatIsNotTheClientsDoingSaysNothingOfTheInside(index: Int) throws {
        let (error, status) = Self.inner[index]
        let answer = try Answer(Problem(from: error).response)
        #expect(answer.status == status)
        #expect(!answer.text.contains("SECRET"))
        // An error's own words, where it has some, do not appear either.
        #expect(!answer.text.contains("\(error)"))
    }

    @Test(
        arguments: [
            (RequestFault.malformed(.missingHost), 400, "malformed_request"),
            (.malformed(.unsupportedTransferEncoding), 501, "not_implemented"),
            (.bodyTooLarge(limit: 12), 413, "too_large"), (.stopping, 503, "stopping"),
            (.malformed(.brokenLine), 400, "malformed_request"), (.malformed(.targetTooLong), 414, "target_too_long"),
            (.malformed(.headersTooLarge), 431, "headers_too_large"),
            (.malformed(.unknownExpectation), 417, "expectation_failed"), (.requestTimeout, 408, "request_timeout"),
            (.tooManyConnections, 503, "too_many_connections"), (.invalidResponse, 500, "internal"),
        ] as [(RequestFault, Int, String)])
    func whatHappensBeforeARouteHasAProblemToo(fault: RequestFault, status: Int, code: String) throws {
        let answer = try Answer(ServiceFixture.make().service.response(to: fault, head: nil))
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect((answer.headers["Retry-After"] != nil) == (status == 503))
    }

    @Test func aStoreThatFailsShowsItsWordsToTheOperatorOnly() throws {
        let fixture = try ServiceFixture.make(store: BrokenStore(error: .unavailable("SECRET")))
        let id = "000000000000000000000000"
        let calls: [(String, String, String?)] = [
            ("POST", "/v1/jobs", document()), ("GET", "/v1/jobs", nil), ("GET", "/v1/jobs/job_\(id)", nil),
            ("DELETE", "/v1/jobs/job_\(id)", nil), ("POST", "/v1/jobs/job_\(id)/cancel", nil),
            ("GET", "/v1/jobs/job_\(id)/history", nil), ("GET", "/v1/jobs/job_\(id)/events", nil),
            ("GET", "/v1/jobs/job_\(id)/weights", nil), ("POST", "/v1/jobs/job_\(id)/predictions", "{\"x\": []}"),
            ("POST", "/v1/datasets", "[[1]]"), ("GET", "/v1/datasets", nil), ("GET", "/v1/datasets/ds_\(id)", nil),
            ("DELETE", "/v1/datasets/ds_\(id)", nil),
            ("POST", "/v1/sweeps", "{\"job\": \(document()), \"search\": {\"parameters\": {\"l2_lambda\": [1]}}}"),
            ("GET", "/v1/sweeps", nil), ("GET", "/v1/sweeps/sweep_\(id)", nil),
            ("DELETE", "/v1/sweeps/sweep_\(id)", nil), ("POST", "/v1/sweeps/sweep_\(id)/cancel", nil),
        ]
        for (number, (method, path, body)) in calls.enumerated() {
            let answer = try fixture.call(method, path, body)
            #expect(answer.status == 500, "\(method) \(path)")
            #expect(answer.code == "internal")
            #expect(!answer.text.contains("SECRET"))
            let reports = fixture.reports.withLock { $0 }
            #expect(reports.contains { $0.hasPrefix("\(method) \(path): ") && $0.contains("SECRET") }, "\(number)")
        }
        #expect(try fixture.call("GET", "/livez").status == 200)
        let readiness = try fixture.call("GET", "/readyz")
        #expect(readiness.status == 503 && !readiness.text.contains("SECRET"))
    }

    @Test(arguments: ["", "{", "nul", "{\"data\": }", String(repeating: "[", count: 1_000_000), "{}{}", "\u{FEFF}"])
    func whatIsNotJSONIsTold(body: String) throws {
        let answer = try ServiceFixture.make().call("POST", "/v1/jobs", body)
        #expect(answer.status == 400)
        #expect(answer.code == "invalid_json")
    }
}

/// A store that can do nothing.
struct BrokenStore: JobStore {
    let error: StoreError
    let watch = JobWatch()

    func submit(_ submission: JobSubmission) throws(StoreError) -> Job { throw error }
    func job(_ id: JobID) throws(StoreError) -> Job? { throw error }
    func rememberedJob(_ id: JobID) -> Job? { nil }
    func list(
        status: JobStatus?, sweep: SweepFilter?, owner: String?, after: JobID?, limit: Int
    ) throws(StoreError) -> Page<Job> {
        throw error
    }
    func claim() throws(StoreError) -> Job? { throw error }
    func raise(_ id: JobID, leaseEpoch: Int, _ alarms: [JobAlarm]) throws(StoreError) -> Bool { throw error }
    func finish(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Bool { throw error }
    func finishAndClaim(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Turnover {
        throw error
    }
    func requeue(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> JobStatus? { throw error }
    func progressed(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> Bool { throw error }
    func resumed(_ id: JobID, leaseEpoch: Int, epoch: Int) throws(StoreError) -> Bool { throw error }
    func requestCancel(_ id: JobID) throws(StoreError) -> CancelOutcome { throw error }
    func delete(_ id: JobID) throws(StoreError) -> DeleteOutcome { throw error }
    func network(_ id: JobID) throws(StoreError) -> [UInt8]? { throw error }
    func content(_ hash: String) throws(StoreError) -> [UInt8]? { throw error }
    func history(_ id: JobID) throws(StoreError) -> [HistoryRow]? { throw error }
    func events(_ id: JobID, after: Int) throws(StoreError) -> [JobEvent]? { throw error }
    func recover(workers: Int) throws(StoreError) -> Recovery { throw error }
    func counts() throws(StoreError) -> [JobStatus: Int] { throw error }
    func oldestQueued() throws(StoreError) -> Timestamp? { throw error }
    func probe() throws(StoreError) { throw error }
    func queuedCount() throws(StoreError) -> Int { throw error }
    func queuedCount(of owner: String) throws(StoreError) -> Int { throw error }
    func addDataset(
        _ dataset: DatasetRecord, table: StoredContent?, identity: RequestIdentity?
    ) throws(StoreError) -> DatasetRecord { throw error }
    func target(of identity: RequestIdentity) throws(StoreError) -> String? { throw error }
    func dataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord? { throw error }
    func listDatasets(owner: String?, after: DatasetID?, limit: Int) throws(StoreError) -> Page<DatasetRecord> {
        throw error
    }
    func deleteDataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord? { throw error }
    func referencedTables() throws(StoreError) -> Set<String> { throw error }
    func referencedInitialWeights() throws(StoreError) -> Set<String> { throw error }
    func submitSweep(_ submission: SweepSubmission) throws(StoreError) -> Sweep { throw error }
    func sweep(_ id: SweepID) throws(StoreError) -> Sweep? { throw error }
    func listSweeps(
        status: SweepStatus?, owner: String?, after: SweepID?, limit: Int
    ) throws(StoreError) -> Page<Sweep> { throw error }
    func unfinishedSweeps() throws(StoreError) -> [Sweep] { throw error }
    func runs(of id: SweepID) throws(StoreError) -> [SweepRun] { throw error }
    func extendSweep(_ id: SweepID, trials: [UInt8]) throws(StoreError) -> Bool { throw error }
    func endSearch(of id: SweepID, _ end: SearchEnd) throws(StoreError) -> Bool { throw error }
    func requestCancelSweep(_ id: SweepID) throws(StoreError) -> SweepCancelOutcome { throw error }
    func finishSweep(_ id: SweepID, _ ending: SweepEnding) throws(StoreError) -> Bool { throw error }
    func deleteSweep(_ id: SweepID) throws(StoreError) -> SweepDeleteOutcome { throw error }
}
