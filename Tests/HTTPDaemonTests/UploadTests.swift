import Foundation
import HTTPDaemon
import Testing

extension DaemonTests {
    @Test(arguments: [false, true], [0, 1, 100_000, 3_000_000])
    func aBodyArrivesWhole(spooled: Bool, size: Int) throws {
        let folder = try TemporaryFolder()
        let daemon = try HTTPDaemon.make { _ in
            .accept(
                bodyLimit: 3_000_000, storage: spooled ? .spool(directory: folder.path) : .memory, handle: echo)
        }
        let body = (0..<size).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let kind = spooled ? "spooled" : "bytes"
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
        try client.send(body)
        let expected = size == 0 ? "POST empty" : "POST \(kind) \(String(decoding: body, as: UTF8.self))"
        #expect(try client.response().text == expected)

        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: size, by: 70_001) {
            try client.chunk(Array(body[start..<min(size, start + 70_001)]))
        }
        try client.chunk([])
        let chunked = size == 0 && spooled ? "POST spooled " : expected
        #expect(try client.response().text == chunked)
        #expect(daemon.stop(grace: .seconds(30)) == 0)
        #expect(try folder.entries.isEmpty)
    }

    @Test func aDeclaredBodyOverTheLimitIsRefusedUnread() throws {
        let daemon = try HTTPDaemon.make { _ in .accept(bodyLimit: 10, handle: echo) }
        let client = try daemon.connect()
        try client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        let response = try client.response()
        #expect(response.status == 413)
        #expect(response.interim.isEmpty)
        #expect(response.text == "bodyTooLarge(limit: 10)")
        #expect(response["Connection"] == "close")
        #expect(try client.isClosedByServer())
    }

    @Test func aClientThatSendsBlindlyStillReadsItsRefusal() throws {
        let daemon = try HTTPDaemon.make { _ in .refuse(.text("no", status: 401)) }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12000000\r\n\r\n")
        try client.send([UInt8](repeating: 0, count: 12_000_000))
        #expect(try client.response().status == 401)
        #expect(try client.isClosedByServer())
    }

    @Test func aChunkedBodyOverTheLimitIsReadAndThenRefused() throws {
        let folder = try TemporaryFolder()
        let daemon = try HTTPDaemon.make { head in
            .accept(
                bodyLimit: 1000, storage: head.path == ["spool"] ? .spool(directory: folder.path) : .memory,
                handle: echo)
        }
        for path in ["memory", "spool"] {
            let client = try daemon.connect()
            try client.send("POST /\(path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<5 { try client.chunk([UInt8](repeating: 1, count: 999)) }
            try client.chunk([])
            let response = try client.response()
            #expect(response.status == 413)
            #expect(response.text == "bodyTooLarge(limit: 1000)")
        }
        #expect(try folder.entries.isEmpty)
    }

    @Test func anEndlessChunkedBodyIsCutOff() throws {
        let daemon = try HTTPDaemon.make(dropLimit: 100_000) { _ in .accept(bodyLimit: 1000, handle: echo) }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let piece = [UInt8](repeating: 1, count: 50_000)
        #expect(throws: RawClient.Failure.self) {
            for _ in 0..<4000 { try client.chunk(piece) }
        }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    @Test func aClientIsToldToContinueOnlyWhenItsBodyIsWanted() throws {
        let daemon = try HTTPDaemon.make { head in
            head.path == ["no"] ? .refuse(.text("no", status: 415)) : .accept(bodyLimit: 10, handle: echo)
        }
        let refused = try daemon.connect()
        try refused.send("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        let refusal = try refused.response()
        #expect(refusal.status == 415)
        #expect(refusal.interim.isEmpty)
        #expect(try refused.isClosedByServer())

        let wanted = try daemon.connect()
        try wanted.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try wanted.head().status == 100)
        try wanted.send("abc")
        #expect(try wanted.response().text == "POST bytes abc")
    }

    @Test func aClientThatVanishesLeavesNothingBehind() throws {
        final class Token: Sendable {}
        // Unchecked: written in the route, before the client is answered; read then.
        final class Watch: @unchecked Sendable {
            weak var token: Token?
        }
        let folder = try TemporaryFolder()
        let watch = Watch()
        let descriptors = try openDescriptors()
        let daemon = try HTTPDaemon.make { _ in
            let token = Token()
            watch.token = token
            return .accept(bodyLimit: 1 << 20, storage: .spool(directory: folder.path)) { _ in
                withExtendedLifetime(token) { .text("never") }
            }
        }
        var client: RawClient? = try daemon.connect()
        try client?.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client?.head().status == 100)
        try client?.send([UInt8](repeating: 1, count: 500_000))
        #expect(watch.token != nil)
        #expect(try folder.entries.count == 1)
        client = nil
        // Waits until libmicrohttpd has told that the request is over.
        #expect(daemon.stop(grace: .seconds(30)) == 0)
        #expect(try folder.entries.isEmpty)
        #expect(watch.token == nil)
        #expect(try openDescriptors() == descriptors)
    }

    /// The end of the connection may come in one go with the last bytes.
    @Test(arguments: [0, 3, 100_000]) func anEndInMidBodyIsNoticedAtOnce(size: Int) throws {
        let folder = try TemporaryFolder()
        let daemon = try HTTPDaemon.make { _ in
            .accept(bodyLimit: 1 << 20, storage: .spool(directory: folder.path), handle: echo)
        }
        let clients = try (0..<20).map { _ in try daemon.connect() }
        for client in clients {
            let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
            try client.send(Array(head.utf8) + [UInt8](repeating: 1, count: size))
            client.endSending()
        }
        for client in clients { #expect(try client.isClosedByServer()) }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
        #expect(try folder.entries.isEmpty)
    }

    @Test(
        arguments: [
            "Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "\r\n",
        ], [HandlerExecution.immediate, .background, .heavy])
    func aClientThatEndsItsSideAfterAWholeRequestIsAnswered(rest: String, execution: HandlerExecution) throws {
        let daemon = try HTTPDaemon.make { _ in .accept(bodyLimit: 100, execution: execution, handle: echo) }
        let clients = try (0..<20).map { _ in try daemon.connect() }
        for client in clients {
            try client.send("POST / HTTP/1.1\r\nHost: x\r\n" + rest)
            client.endSending()
        }
        for client in clients {
            #expect(try client.response().text == (rest == "\r\n" ? "POST empty" : "POST bytes abc"))
            #expect(try client.isClosedByServer())
        }
    }

    @Test func aSpooledFileThatIsMovedStays() throws {
        let folder = try TemporaryFolder()
        let kept = folder.path + "/kept"
        let daemon = try HTTPDaemon.make { _ in
            .accept(bodyLimit: 100, storage: .spool(directory: folder.path), execution: .background) { request in
                guard case .spooled(let file) = request.body else { return .text("not spooled", status: 500) }
                do {
                    try file.synchronize()
                    try file.move(to: kept)
                    return .text("kept \(file.length)")
                } catch {
                    return .text("\(error)", status: 500)
                }
            }
        }
        #expect(try daemon.ask("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").text == "kept 3")
        daemon.stop(grace: .seconds(30))
        #expect(try folder.entries == ["kept"])
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == "abc")
    }

    @Test func aSpoolThatCannotBeOpenedIsAFault() throws {
        let daemon = try HTTPDaemon.make { _ in
            .accept(bodyLimit: 1 << 20, storage: .spool(directory: "/no/such/folder"), handle: echo)
        }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        try client.send([UInt8](repeating: 1, count: 1_000_000))
        #expect(try client.response().status == 507)
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().status == 200)
    }

    @Test func aSpoolThatCannotBeOpenedKeepsNoMemory() throws {
        let daemon = try HTTPDaemon.make { _ in
            .accept(bodyLimit: 10, storage: .spool(directory: "/no/such/folder"), handle: echo)
        }
        let client = try daemon.connect()
        let before = try allocatedBytes()
        for _ in 0..<2_000 {
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1")
            #expect(try client.response().status == 507)
        }
        // A buffer each would be half a gigabyte; what other tests do meanwhile is less.
        #expect(try allocatedBytes() - before < 250 << 20)
    }

    @Test(.enabled(if: SmallDisk.canMount)) func aFullDiskIsAFaultAndItsSpaceComesBack() throws {
        let disk = try SmallDisk()
        let daemon = try HTTPDaemon.make { _ in
            .accept(bodyLimit: 8 << 20, storage: .spool(directory: disk.path)) { .text("\($0.body.count)") }
        }
        let client = try daemon.connect()
        for (size, status) in [(4 << 20, 507), (500_000, 200), (4 << 20, 507)] {
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
            try client.send([UInt8](repeating: 1, count: size))
            #expect(try client.response().status == status)
        }
        daemon.stop(grace: .seconds(30))
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
    }
}

/// A file system of one megabyte; needs the right to mount.
final class SmallDisk: Sendable {
    static let canMount = (try? SmallDisk()) != nil

    private let folder: TemporaryFolder
    var path: String { folder.path }

    init() throws {
        folder = try TemporaryFolder()
        try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path])
    }

    deinit {
        try? Self.run("/usr/bin/umount", [folder.path])
    }

    private static func run(_ path: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw CocoaError(.fileWriteNoPermission) }
    }
}
