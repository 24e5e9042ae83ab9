import Foundation
import HTTPDaemon
import Synchronization
import Testing

extension DaemonTests {
    /// Threads that are busy with connections at the moment of the stop, and such as have just reached the limit: both once
    /// made libmicrohttpd abort the process.
    @Test(arguments: [4, 1024])
    func startingAndStoppingWhileConnectionsComeAndGoIsSafe(connectionLimit: Int) throws {
        let descriptors = try openDescriptors()
        for round in 0..<40 {
            let daemon = try HTTPDaemon.make(connectionLimit: connectionLimit) { _ in .accept(handle: echo) }
            let port = daemon.port
            let answered = Counter()
            let busy = Gate()
            let clients = (0..<3).map { _ in
                BackgroundTask {
                    while let client = try? RawClient(port: port) {
                        guard (try? client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) != nil else { continue }
                        guard (try? client.response().status) == 200 else { continue }
                        answered.add()
                        if answered.value > 3 { busy.open() }
                    }
                }
            }
            busy.wait()
            daemon.stop(grace: .microseconds(round * 100))
            for client in clients { client.wait() }
        }
        #expect(try openDescriptors() == descriptors)
    }

    @Test func connectionsBeyondTheLimitAreServedWhenOthersEnd() throws {
        let daemon = try HTTPDaemon.make(connectionLimit: 2) { _ in .accept(handle: echo) }
        var clients = try (0..<6).map { _ in try daemon.connect() }
        for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        while !clients.isEmpty { #expect(try clients.removeFirst().response().status == 200) }
    }
}
