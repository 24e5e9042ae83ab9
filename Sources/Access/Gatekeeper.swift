import Foundation
import Synchronization

/// Lets requests in or not, by the keys there are. Asking it reads no disk: the keys are brought to it when they change.
public final class Gatekeeper: Sendable {
    /// Why a request is not let in.
    public enum Refusal: Error, Hashable, Sendable {
        /// It shows no key, and one is needed.
        case noKey
        /// Its key is wrong, expired or revoked; which of them, nobody is told.
        case wrongKey
        /// Its key does not allow this.
        case notAllowed(Caller, needed: Scopes)
    }

    private struct State {
        var ring: KeyRing
        var used: Set<KeyID> = []
    }

    private let state: Mutex<State>
    private let asksForKeys: Atomic<Bool>
    private let isUpToDate = Atomic(true)
    private let clock: @Sendable () -> Date

    /// Without keys everybody is let in, until there are some.
    public init(_ ring: KeyRing = KeyRing(), clock: @escaping @Sendable () -> Date = { Date() }) {
        state = Mutex(State(ring: ring))
        asksForKeys = Atomic(!ring.isEmpty)
        self.clock = clock
    }

    /// Whether there is, or ever was, a key, so that one must be shown.
    public var needsKeys: Bool { asksForKeys.load(ordering: .acquiring) }

    /// From now on these keys count. A server that has asked for keys goes on to do so.
    public func renew(_ ring: KeyRing) {
        state.withLock { $0.ring = ring }
        if !ring.isEmpty { asksForKeys.store(true, ordering: .releasing) }
    }

    /// Whether the keys there are could be looked at when that was last tried. If not, those that were known go on to count.
    public var knowsAllKeys: Bool { isUpToDate.load(ordering: .relaxed) }

    /// Notes whether the keys there are could be looked at.
    public func noteLook(succeeded: Bool) { isUpToDate.store(succeeded, ordering: .relaxed) }

    /// Who sends a request with these `Authorization` headers, if they may do what `needed` is needed for.
    public func admit(_ needed: Scopes, _ authorization: () -> [String]) throws(Refusal) -> Caller {
        guard needsKeys else { return .anyone }
        let caller: Caller
        switch Credentials(authorization: authorization()) {
        case .none: throw .noKey
        case .malformed: throw .wrongKey
        case .key(let key):
            let (hash, now) = (key.hash, clock())
            let known = state.withLock { state in
                let caller = state.ring.caller(key.id, hash, at: now)
                if caller != nil { state.used.insert(key.id) }
                return caller
            }
            guard let known else { throw .wrongKey }
            caller = known
        }
        guard caller.may(needed) else { throw .notAllowed(caller, needed: needed) }
        return caller
    }

    /// Whether somebody who was let in would be again: to be asked before an answer that comes much later than its request.
    public func stillAdmits(_ caller: Caller) -> Bool {
        guard let key = caller.key else { return !needsKeys }
        let now = clock()
        return state.withLock { $0.ring.isActive(key, at: now) }
    }

    /// The keys that were used since this was last asked.
    public func takeUses() -> Set<KeyID> {
        state.withLock { state in
            defer { state.used = [] }
            return state.used
        }
    }
}
