import Access
import HTTPDaemon
import JSONDocument
import Jobs

extension JobEvent {
    /// Writes the event as clients see it.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", number)
            json.member("at", at.description)
            json.member("type", kind.rawValue)
            json.name("data")
            json.raw(data)
        }
    }

    /// The event in the form of a stream of them (WHATWG HTML, server-sent events).
    fileprivate var message: [UInt8] {
        var json = JSONWriter()
        write(to: &json)
        return Array("id: \(number)\nevent: \(kind.rawValue)\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
    }

    /// Whether no event comes after it.
    var isLast: Bool { kind == .succeeded || kind == .failed || kind == .cancelled }
}

extension TrainingService {
    /// The events of `id` after number `after` as Server-Sent Events: those that there are, then each as it happens, until
    /// the job has ended or `caller`'s key is of no use any more. A client that has heard the last one is told not to come
    /// again (204).
    func eventStream(of id: JobID, after: Int, to caller: Caller) throws -> HTTPResponse {
        guard let all = try store.events(id, after: 0) else { throw Problem.noJob }
        if let last = all.last, last.isLast, last.number <= after { return HTTPResponse(status: 204) }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")],
            body: .stream(.live { source in self.feed(source, with: id, after: after, to: caller) }))
    }

    private func feed(_ source: LiveSource, with id: JobID, after: Int, to caller: Caller) {
        let last = Guarded(after)
        let guest = Guest(id) { occasion in
            guard self.gatekeeper.stillAdmits(caller) else {
                source.finish()
                return true
            }
            if occasion == .silent { return !source.send(Array(": ping\n\n".utf8)) }
            do throws(StoreError) {
                // A job that was deleted has no more events.
                guard let events = try self.store.events(id, after: last.withLock { $0 }) else {
                    source.finish()
                    return true
                }
                for event in events {
                    if !source.send(event.message) { return true }
                    last.withLock { $0 = event.number }
                }
                guard events.last?.isLast == true else { return false }
            } catch {
                // The client comes again and asks for what it has not heard.
                self.report("a client's events were cut short: \(error)", [("job", .text(id.description))])
            }
            source.finish()
            return true
        }
        source.whenOver { self.waitingRoom.leave(guest) }
        waitingRoom.enter(guest)
    }

    /// An answer about `id` that is given when the job has ended, or after `limit`.
    func answerWhenEnded(
        _ id: JobID, limit: Duration, _ answer: @escaping @Sendable () -> HTTPResponse
    ) -> HTTPResponse {
        .deferred(
            DeferredResponse(limit: limit, expired: answer) { deferred in
                let end = ContinuousClock.now + limit
                let guest = Guest(id) { _ in
                    // It has had its answer, or is gone.
                    if ContinuousClock.now > end { return true }
                    do throws(StoreError) {
                        if let job = try self.store.job(id), !job.status.isTerminal { return false }
                    } catch {
                        self.report(
                            "a client waited for a job that cannot be read: \(error)", [("job", .text(id.description))])
                    }
                    deferred.send(answer())
                    return true
                }
                self.waitingRoom.enter(guest)
            })
    }
}
