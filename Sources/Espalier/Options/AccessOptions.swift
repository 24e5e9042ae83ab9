import Access
import ArgumentParser

/// Who is let in, and how often.
struct AccessOptions: ParsableArguments {
    @Flag(
        help: """
            Let everybody in who can reach the server, although it has no API keys and the address is not this machine's \
            alone.
            """)
    var insecure = false

    /// Whether the command line or the environment says so.
    var isInsecure: Bool { insecure || Environment.flag("INSECURE") }

    @Option(
        help:
            "Requests a second that each API key, or without one each client's address, may send in the long run; 0 for any number."
    )
    var rateLimit: Double = Environment.number("RATE_LIMIT") ?? 0

    @Option(help: "Requests that each of them may send at once; 0 for as many as in a second.")
    var rateBurst: Int = Environment.integer("RATE_BURST") ?? 0

    /// The policy that the options come to; nil for none.
    var ratePolicy: RatePolicy? {
        guard rateLimit > 0 else { return nil }
        return RatePolicy(perSecond: rateLimit, burst: rateBurst > 0 ? rateBurst : Int(rateLimit.rounded(.up)))
    }

    func validate() throws {
        // One in a day at least: less is a mistake, and no number of seconds that is told may be beyond reason.
        guard rateLimit == 0 || (1.0 / 86_400...1_000_000).contains(rateLimit) else {
            throw ValidationError("--rate-limit must be 0, or a number of at most 1000000 that is at least one a day.")
        }
        guard (0...1_000_000).contains(rateBurst) else {
            throw ValidationError("--rate-burst must be a number from 0 to 1000000.")
        }
    }
}
