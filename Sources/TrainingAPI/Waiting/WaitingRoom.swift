import Jobs

/// Clients that wait for jobs, and one thread that looks after all of them.
final class WaitingRoom: Sendable {
    /// Seconds between two signs of life to a client that hears nothing else.
    static let ping = Duration.seconds(15)

    private struct State {
        var guests: [ObjectIdentifier: Guest] = [:]
        /// Those that there may be something for.
        var called: [ObjectIdentifier: Guest] = [:]
        var isClosed = false
        var thread: WorkerThread?
    }

    private let watch: JobWatch
    private let state = Guarded(State())

    /// A room for those who wait for what `watch` tells of.
    init(watch: JobWatch) { self.watch = watch }

    /// Looks after a client until it is done or `leave` is called.
    func enter(_ guest: Guest) {
        guest.observation.withLock { $0 = watch.observe(guest.job) { [weak self] in self?.call(guest) } }
        let isOpen = state.withLock { state in
            if !state.isClosed { state.guests[ObjectIdentifier(guest)] = guest }
            return !state.isClosed
        }
        // There may have been something before it came.
        if isOpen { call(guest) } else { leave(guest) }
    }

    /// Forgets a client.
    func leave(_ guest: Guest) {
        guest.observation.withLock { observation in
            observation?.cancel()
            observation = nil
        }
        state.withLock { state in
            state.guests[ObjectIdentifier(guest)] = nil
            state.called[ObjectIdentifier(guest)] = nil
        }
    }

    /// Sets the thread to work.
    func open() throws(ThreadError) {
        let thread = try WorkerThread(stackSize: 1 << 20) { self.work() }
        state.withLock { $0.thread = thread }
    }

    /// Looks after nobody any more.
    func close() {
        let thread = state.withLock { state in
            state.isClosed = true
            defer { state.thread = nil }
            return state.thread
        }
        state.ring(.work)
        thread?.join()
    }

    private func call(_ guest: Guest) {
        let isNew = state.withLock { state in
            guard state.guests[ObjectIdentifier(guest)] != nil else { return false }
            return state.called.updateValue(guest, forKey: ObjectIdentifier(guest)) == nil
        }
        if isNew { state.ringOnce(.work) }
    }

    private func work() {
        while true {
            let hasGuests = state.withLock { !$0.guests.isEmpty }
            // With somebody there, a look every second at who has heard nothing for long.
            let called: [Guest]? = state.wait(for: .work, timeout: .seconds(hasGuests ? 1 : 3600)) { state in
                if state.isClosed { return [] }
                guard !state.called.isEmpty else { return nil }
                defer { state.called = [:] }
                return Array(state.called.values)
            }
            if state.withLock({ $0.isClosed }) { return }
            let now = ContinuousClock.now
            for guest in called ?? [] where guest.visit(.changed, at: now) { leave(guest) }
            let others = state.withLock { Array($0.guests.values) }
            for guest in others where guest.isSilent(at: now) {
                if guest.visit(.silent, at: now) { leave(guest) }
            }
        }
    }
}

/// One client that waits for a job.
final class Guest: Sendable {
    /// Why it is visited.
    enum Occasion {
        /// The job may have changed.
        case changed
        /// It has heard nothing for long.
        case silent
    }

    let job: JobID
    let observation = Guarded<JobObservation?>(nil)
    private let lastVisit = Guarded(ContinuousClock.now)
    private let serve: @Sendable (Occasion) -> Bool

    /// - Parameter serve: gives the client what there is, on the room's thread; answers whether it is done.
    init(_ job: JobID, serve: @escaping @Sendable (Occasion) -> Bool) {
        self.job = job
        self.serve = serve
    }

    fileprivate func visit(_ occasion: Occasion, at now: ContinuousClock.Instant) -> Bool {
        lastVisit.withLock { $0 = now }
        return serve(occasion)
    }

    fileprivate func isSilent(at now: ContinuousClock.Instant) -> Bool {
        lastVisit.withLock { now - $0 >= WaitingRoom.ping }
    }
}
