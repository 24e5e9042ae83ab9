import Access
import Datasets
import Foundation
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron
import SQLiteStore
import Testing
import TrainingAPI

enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }
}

/// A directory that is gone when its last owner is.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "espalier-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A service over a folder, spoken to as the HTTP daemon does, without a socket.
struct ServiceFixture {
    let directory: TemporaryDirectory
    let store: any JobStore
    let tables: TableStore
    let networks: NetworkArchive
    let weights: InitialWeightsArchive
    let archive: JobArchive
    let service: TrainingService
    let routing: Routing
    let reports: Guarded<[String]>

    /// A service that runs nothing until it is started.
    static func make(
        _ kind: StoreKind = .memory, in directory: TemporaryDirectory? = nil, store given: (any JobStore)? = nil,
        workers: Int = 1, limits: ServiceLimits = ServiceLimits(), inlineLimit: Int = JobArchive.inlineLimit,
        gatekeeper: Gatekeeper = Gatekeeper()
    ) throws -> ServiceFixture {
        let directory = try directory ?? TemporaryDirectory()
        let store: any JobStore =
            if let given {
                given
            } else if kind == .memory {
                MemoryStore()
            } else {
                try SQLiteStore(directory: directory.path)
            }
        let tables = try TableStore(directory: directory.path + "/tables", inlineLimit: inlineLimit)
        let networks = try NetworkArchive(directory: directory.path + "/networks")
        let weights = try InitialWeightsArchive(directory: directory.path + "/initial-weights")
        let reports = Guarded<[String]>([])
        let service = TrainingService(
            store: store, tables: tables, networks: networks, initialWeights: weights,
            uploadDirectory: directory.path, workers: workers, limits: limits, gatekeeper: gatekeeper,
            report: Report { notice in reports.withLock { $0.append(notice.text) } })
        return ServiceFixture(
            directory: directory, store: store, tables: tables, networks: networks, weights: weights,
            archive: JobArchive(store: store, tables: tables, networks: networks, initialWeights: weights),
            service: service, routing: service.makeRouting(), reports: reports)
    }

    /// What a client gets, its body whole.
    func call(
        _ method: String, _ target: String, _ body: String? = nil, contentType: String? = "application/json",
        headers more: [(String, String)] = []
    ) throws -> Answer {
        var fields = [HTTPHeaders.Field(name: "Host", value: "localhost")]
        let bytes = body.map { Array($0.utf8) }
        if let bytes {
            fields.append(.init(name: "Content-Length", value: "\(bytes.count)"))
            if let contentType { fields.append(.init(name: "Content-Type", value: contentType)) }
        }
        fields += more.map { .init(name: $0.0, value: $0.1) }
        let head = try HTTPRequestHead(method: method, target: target, headers: HTTPHeaders(fields))
        switch routing.decide(head) {
        case .refuse(let response), .answer(let response): return try Answer(response)
        case .accept(_, _, _, let handle):
            return try Answer(handle(HTTPRequest(head: head, body: bytes.map { .bytes($0) } ?? .empty)))
        }
    }

    /// Submits a job and answers with its id.
    func submit(_ document: String) throws -> String {
        let answer = try call("POST", "/v1/jobs", document)
        #expect(answer.status == 202, "\(answer.text)")
        return try #require(try answer.json["id"]?.string)
    }

    /// The job's resource once `isReached` says so.
    func job(_ id: String, until isReached: (String) -> Bool) throws -> JSONNode {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let job = try call("GET", "/v1/jobs/\(id)").json
            if isReached(job["status"]?.string ?? "") { return job }
            guard ContinuousClock.now < deadline else { throw TimedOut(status: job["status"]?.string) }
            sched_yield()
        }
    }

    /// The job's resource once it is finished.
    func finishedJob(_ id: String) throws -> JSONNode {
        try job(id) { ["succeeded", "failed", "cancelled"].contains($0) }
    }

    struct TimedOut: Error { let status: String? }
}

/// A response with its body in one piece.
struct Answer {
    let status: Int
    let headers: [String: String]
    let bytes: [UInt8]

    init(_ response: HTTPResponse) throws {
        status = response.status
        headers = Dictionary(response.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        switch response.body {
        case .empty: bytes = []
        case .bytes(let body): bytes = body
        case .naming(let write): bytes = write("request-1")
        case .stream(let stream): bytes = try stream.whole(pieces: 65_536)
        case .file, .deferred: throw UnexpectedBody()
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var json: JSONNode { get throws { try JSONDocument.parse(bytes).root } }

    /// The code of a problem.
    var code: String? { (try? json)?["code"]?.string }

    /// The pointers of a problem's faults.
    var pointers: [String] { (try? json)?["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? [] }
}

struct UnexpectedBody: Error {}

extension ResponseStream {
    /// Everything the stream gives, asked for in pieces of a size.
    func whole(pieces: Int) throws -> [UInt8] {
        let reader = makeReader()
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieces, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            switch reader(buffer) {
            case .filled(let count):
                guard (1...pieces).contains(count) else { throw UnexpectedBody() }
                bytes += buffer.prefix(count)
            case .end: return bytes
            case .failed: throw UnexpectedBody()
            }
        }
    }
}

/// An id as the API wrote it.
func jobID(_ text: String) throws -> JobID { try #require(JobID(text)) }

/// Runs `body` on `count` threads of their own at once and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread {
            do { try body(index) } catch { Issue.record("thread \(index): \(error)") }
            group.leave()
        }.start()
    }
    group.wait()
}

let xorData = #"{"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0]}"#

/// A job's document over a small set of two classes.
func document(network: String = "{}", training: String = #"{"epochs": 3}"#, data: String = xorData) -> String {
    #"{"data": \#(data), "network": \#(network), "training": \#(training)}"#
}
