import HTTPDaemon
import Testing

private let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

extension DaemonTests {
    @Test func aConnectionBeyondTheLimitIsToldSoAndClosed() throws {
        let daemon = try HTTPDaemon.make(limits: .make { $0.connections = 3 }) { _ in .accept(handle: echo) }
        var served = try (0..<3).map { _ in try daemon.connect() }
        for client in served {
            try client.send(request)
            #expect(try client.response().status == 200)
        }
        for sends in [false, true] {
            let refused = try daemon.connect()
            if sends { try refused.send(request) }
            let response = try refused.response()
            #expect(response.status == 503)
            #expect(response.text == "tooManyConnections")
            #expect(response["Connection"] == "close")
            #expect(try refused.isClosedByServer())
        }
        try served[1].send(request)
        #expect(try served[1].response().status == 200)
        served.removeLast()
        // Until the server has noticed that there is room again.
        while try daemon.ask(request).status != 200 {}
    }

    @Test func thoseWhoAreTurnedAwayCannotKeepOthersFromBeingServed() throws {
        let limits = ConnectionLimits.make { ($0.connections, $0.refusals) = (1, 2) }
        let daemon = try HTTPDaemon.make(limits: limits) { _ in .accept(handle: echo) }
        var served: RawClient? = try daemon.connect()
        try served?.send(request)
        #expect(try served?.response().status == 200)
        // They do not close their side, and are let go all the same.
        let refused = try (0..<6).map { _ in try daemon.connect() }
        for client in refused { #expect(try client.response().status == 503) }
        served = nil
        while try daemon.ask(request).status != 200 {}
    }

    @Test func oneClientMayHaveAFewConnectionsOnly() throws {
        let daemon = try HTTPDaemon.make(host: "::", limits: .make { $0.connectionsPerClient = 2 }) { _ in
            .accept(handle: echo)
        }
        var kept: [RawClient] = []
        for host in ["127.0.0.1", "::1"] {
            for status in [200, 200, 503, 503] {
                let client = try RawClient(port: daemon.port, host: host)
                try client.send(request)
                #expect(try client.response().status == status)
                if status == 200 { kept.append(client) }
            }
        }
        kept.removeFirst()
        while try daemon.ask(request).status != 200 {}
    }
}
