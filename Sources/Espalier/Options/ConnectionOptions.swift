import ArgumentParser
import HTTPDaemon

/// How many clients, and how slow.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "Most connections at a time; one more is answered 503.")
    var maxConnections: Int = Environment.integer("MAX_CONNECTIONS") ?? 1024

    @Option(help: "Most connections at a time from one IPv4 address or IPv6 /64; 0 for no such limit.")
    var maxConnectionsPerClient: Int = Environment.integer("MAX_CONNECTIONS_PER_CLIENT") ?? 0

    @Option(help: "Seconds in which the headers of a request must have come; else 408.")
    var headerTimeout: Double = Environment.number("HEADER_TIMEOUT") ?? 10

    @Option(help: "Seconds after which an idle connection is closed.")
    var idleTimeout: Int = Environment.integer("IDLE_TIMEOUT") ?? 60

    @Option(help: "Bytes a second at which a body must come, over 10 seconds; else 408.")
    var minBodyRate: Int = Environment.integer("MIN_BODY_RATE") ?? 500

    @Option(help: "Bytes a second at which an answer must be read, over 30 seconds; else the connection is cut.")
    var minAnswerRate: Int = Environment.integer("MIN_ANSWER_RATE") ?? 500

    /// The same for the HTTP daemon.
    var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.connections = maxConnections
        limits.connectionsPerClient = maxConnectionsPerClient == 0 ? nil : maxConnectionsPerClient
        limits.headTimeout = .seconds(headerTimeout)
        limits.idleTimeout = .seconds(idleTimeout)
        limits.receiveRate = minBodyRate
        limits.sendRate = minAnswerRate
        return limits
    }

    func validate() throws {
        guard (1...1_000_000).contains(maxConnections) else {
            throw ValidationError("--max-connections must be a number from 1 to 1000000.")
        }
        guard maxConnectionsPerClient >= 0 else {
            throw ValidationError("--max-connections-per-client must be a number from 0.")
        }
        guard (0.1...3600).contains(headerTimeout) else {
            throw ValidationError("--header-timeout must be a number from 0.1 to 3600.")
        }
        guard (1...86_400).contains(idleTimeout) else {
            throw ValidationError("--idle-timeout must be a number from 1 to 86400.")
        }
        for (name, value) in [("--min-body-rate", minBodyRate), ("--min-answer-rate", minAnswerRate)] {
            guard (0...1_000_000_000).contains(value) else { throw ValidationError("\(name) must be a number from 0.") }
        }
    }
}
