import Foundation
import HTTPDaemon
import Synchronization
import Testing

/// All tests that open sockets: one after another, since some count the process's descriptors.
@Suite(.serialized)
struct DaemonTests {}

extension HTTPDaemon {
    typealias Route = @Sendable (HTTPRequestHead) -> RequestDecision

    static func make(
        host: String = "127.0.0.1", port: Int = 0, limits: ConnectionLimits = ConnectionLimits(),
        dropLimit: Int = 16 << 20, _ route: @escaping Route
    ) throws -> HTTPDaemon {
        try make(listening: .address(host: host, port: port), limits: limits, dropLimit: dropLimit, route)
    }

    static func make(
        listening: ListeningPlace, limits: ConnectionLimits = ConnectionLimits(), dropLimit: Int = 16 << 20,
        _ route: @escaping Route
    ) throws -> HTTPDaemon {
        let configuration = HTTPDaemonConfiguration(
            listening: listening, limits: limits, dropLimit: dropLimit,
            fault: { fault, _ in HTTPResponse(status: fault.status, body: .bytes(Array("\(fault)".utf8))) })
        return try HTTPDaemon(configuration: configuration, route: route)
    }

    func connect() throws -> RawClient { try RawClient(port: port) }

    /// One request on a connection of its own.
    func ask(_ request: String) throws -> RawClient.Response {
        let client = try connect()
        try client.send(request)
        return try client.response(toHead: request.hasPrefix("HEAD"))
    }
}

extension ConnectionLimits {
    /// The defaults, changed.
    static func make(_ change: (inout ConnectionLimits) -> Void) -> ConnectionLimits {
        var limits = ConnectionLimits()
        change(&limits)
        return limits
    }

    /// Every deadline at a fraction of a second.
    static let brief = make { limits in
        limits.headTimeout = .milliseconds(150)
        limits.receiveWindow = .milliseconds(150)
        limits.sendWindow = .milliseconds(150)
    }
}

extension HTTPResponse {
    static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("Content-Type", "text/plain")], body: .bytes(Array(text.utf8)))
    }
}

/// Answers with the method, the body's kind and the body.
let echo: @Sendable (HTTPRequest) -> HTTPResponse = { request in
    switch request.body {
    case .empty: .text("\(request.head.method) empty")
    case .bytes(let bytes): .text("\(request.head.method) bytes \(String(decoding: bytes, as: UTF8.self))")
    case .spooled(let file):
        (try? file.withUnsafeBytes { .text("\(request.head.method) spooled \(String(decoding: $0, as: UTF8.self))") })
            ?? .text("unreadable", status: 500)
    }
}

/// Closed until somebody opens it, for good.
final class Gate: Sendable {
    private let condition = NSCondition()
    private let isOpen = Atomic<Bool>(false)

    func open() {
        condition.lock()
        isOpen.store(true, ordering: .relaxed)
        condition.broadcast()
        condition.unlock()
    }

    func wait() {
        condition.lock()
        while !isOpen.load(ordering: .relaxed) { condition.wait() }
        condition.unlock()
    }
}

final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    func add(_ amount: Int = 1) { count.add(amount, ordering: .sequentiallyConsistent) }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var entries: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path) }
    }
}

func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}

/// What the process has asked the system for, whether it was touched or not.
func allocatedBytes() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[5]
    return try #require(Int(pages)) * sysconf(Int32(_SC_PAGESIZE))
}

/// Runs curl and returns what it printed.
func curl(_ arguments: [String], input: [UInt8]? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/curl")
    process.arguments = ["--silent", "--show-error", "--max-time", "30"] + arguments
    let output = Pipe()
    process.standardOutput = output
    let source = Pipe()
    if input != nil { process.standardInput = source }
    try process.run()
    if let input {
        try source.fileHandleForWriting.write(contentsOf: input)
        try source.fileHandleForWriting.close()
    }
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}

/// Work on a thread of its own, to be waited for.
final class BackgroundTask: Sendable {
    private let done = Gate()

    init(_ work: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [done] in
            work()
            done.open()
        }
    }

    func wait() { done.wait() }
}
