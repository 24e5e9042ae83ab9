import Access
import HTTPDaemon

/// Where a request comes in or not: by its key, and by how many there were before it.
struct Entrance: Sendable {
    /// What was found out at the entrance.
    struct Admission {
        /// Whose request it is.
        let caller: Caller
        /// Headers of its answer, whatever that is.
        let headers: [(name: String, value: String)]
    }

    let gatekeeper: Gatekeeper
    /// Nil where requests are not counted.
    let limiter: RateLimiter?

    /// Lets a request in that `needed` is needed for; nil lets everybody in, and counts nothing.
    /// - Throws: the `401`, the `403` or the `429`.
    func admit(_ head: HTTPRequestHead, needing needed: Scopes?) throws(Problem) -> Admission {
        guard let needed else { return Admission(caller: .nobody, headers: []) }
        let caller: Result<Caller, Gatekeeper.Refusal>
        do throws(Gatekeeper.Refusal) {
            caller = .success(try gatekeeper.admit(needed) { head.headers.values(of: "Authorization") })
        } catch {
            caller = .failure(error)
        }
        head.record.caller = caller.key?.description
        let headers = try count(caller, from: head)
        do throws(Gatekeeper.Refusal) {
            return Admission(caller: try caller.get(), headers: headers)
        } catch {
            var problem = Problem(error)
            problem.headers += headers.map { ($0.name, $0.value) }
            throw problem
        }
    }

    /// Counts a request for its key, or where that is of no use for where it comes from.
    private func count(
        _ caller: Result<Caller, Gatekeeper.Refusal>, from head: HTTPRequestHead
    ) throws(Problem) -> [(name: String, value: String)] {
        guard let limiter else { return [] }
        let client: RateLimiter.Client =
            if case .success(let caller) = caller, let key = caller.key {
                .key(key)
            } else {
                .network(ClientNetwork(address: head.peerAddress))
            }
        let balance = limiter.count(client)
        let headers = RateFields.headers(limiter.policy, balance)
        guard balance.isAllowed else {
            throw Problem(
                .rateLimited, "There were more requests than \(limiter.policy.words); slow down.",
                headers: [("Retry-After", "\(balance.secondsUntilNext)")] + headers.map { ($0.name, $0.value) })
        }
        return headers
    }
}

extension Result<Caller, Gatekeeper.Refusal> {
    /// The key that was shown, also where it does not allow what is asked.
    fileprivate var key: KeyID? {
        switch self {
        case .success(let caller), .failure(.notAllowed(let caller, _)): caller.key
        case .failure: nil
        }
    }
}

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10).
enum RateFields {
    static func headers(_ policy: RatePolicy, _ balance: RateBalance) -> [(name: String, value: String)] {
        [
            ("RateLimit-Policy", "\"requests\";q=\(policy.burst);w=\(policy.window)"),
            ("RateLimit", "\"requests\";r=\(balance.remaining);t=\(balance.secondsUntilFull)"),
        ]
    }
}

extension RatePolicy {
    /// The policy for a client to read.
    fileprivate var words: String {
        let rate = perSecond == perSecond.rounded() ? "\(Int(perSecond))" : "\(perSecond)"
        return "\(burst) at once, and then \(rate) a second"
    }
}
