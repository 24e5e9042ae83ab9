/// The requests in flight, and whether the daemon still suspends any.
struct Traffic {
    private(set) var active = 0
    private var isClosed = false
    private var suspended: [ObjectIdentifier: Exchange] = [:]

    mutating func begin() { active += 1 }

    mutating func end(_ exchange: Exchange) {
        active -= 1
        suspended[ObjectIdentifier(exchange)] = nil
    }

    /// Returns false once the daemon is about to stop: a connection suspended then would abort the process.
    mutating func suspend(_ exchange: Exchange) -> Bool {
        if isClosed { return false }
        suspended[ObjectIdentifier(exchange)] = exchange
        return true
    }

    /// From here on nothing is suspended; returns what still is, and how many requests are in flight.
    mutating func close() -> (suspended: [Exchange], active: Int) {
        isClosed = true
        defer { suspended = [:] }
        return (Array(suspended.values), active)
    }
}
