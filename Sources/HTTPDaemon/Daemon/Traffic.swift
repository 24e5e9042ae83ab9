/// What has suspended its connection and must let it go before the daemon stops.
protocol Suspended: AnyObject, Sendable {
    /// The daemon is going to stop: what can be brought to an end now is.
    func drain()

    /// The daemon stops: the connection is resumed, whatever it waits for.
    func abandon()
}

/// The requests in flight, and whether the daemon still suspends any.
struct Traffic {
    private(set) var active = 0
    private var isClosed = false
    private var suspended: [ObjectIdentifier: any Suspended] = [:]

    mutating func begin() { active += 1 }

    mutating func end(_ exchange: Exchange) {
        active -= 1
        forget(exchange)
    }

    /// Returns false once the daemon is about to stop: a connection suspended then would abort the process.
    mutating func suspend(_ waiting: any Suspended) -> Bool {
        if isClosed { return false }
        suspended[ObjectIdentifier(waiting)] = waiting
        return true
    }

    /// `waiting` will not suspend a connection again.
    mutating func forget(_ waiting: any Suspended) {
        if suspended.isEmpty { return }
        suspended[ObjectIdentifier(waiting)] = nil
    }

    /// What is suspended, or was and may be again.
    var waiting: [any Suspended] { Array(suspended.values) }

    /// From here on nothing is suspended; returns what still is, and how many requests are in flight.
    mutating func close() -> (suspended: [any Suspended], active: Int) {
        isClosed = true
        defer { suspended = [:] }
        return (waiting, active)
    }
}
