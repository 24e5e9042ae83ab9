import HTTPDaemon
import Testing

struct LoopbackTests {
    private static func daemon(_ host: String) throws -> HTTPDaemon {
        try HTTPDaemon(
            configuration: HTTPDaemonConfiguration(listening: .address(host: host, port: 0), loopbackOnly: true),
            route: { _ in .refuse(HTTPResponse(status: 404)) })
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "localhost"])
    func aLoopbackAddressIsListenedOn(host: String) throws {
        let daemon = try Self.daemon(host)
        #expect(daemon.isLocal && daemon.port > 0)
        daemon.stop(grace: .zero)
    }

    @Test(arguments: ["0.0.0.0", "::"])
    func anAddressThatOthersReachIsRefused(host: String) {
        #expect(throws: HTTPDaemonError.notLoopback(host: host)) { try Self.daemon(host) }
    }

    @Test func withoutTheRuleEveryAddressWillDo() throws {
        let daemon = try HTTPDaemon(
            configuration: HTTPDaemonConfiguration(listening: .address(host: "0.0.0.0", port: 0)),
            route: { _ in .refuse(HTTPResponse(status: 404)) })
        #expect(!daemon.isLocal)
        daemon.stop(grace: .zero)
    }
}
