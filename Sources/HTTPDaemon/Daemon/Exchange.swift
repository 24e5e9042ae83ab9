import Synchronization

/// One request and its answer, from the first handler call to the completion notice.
// Unchecked: libmicrohttpd makes all calls for a connection on the one thread that serves it, and none while it is
// suspended; `phase` is that thread's alone. What other threads use is a constant or behind the lock of `handoff`.
final class Exchange: @unchecked Sendable {
    private typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    private enum Phase {
        case start
        case receiving(BodyReceiver?, HandlerExecution, Handler)
        /// Decided at the start, to be sent when the request, which has no body, is complete.
        case decided(HTTPResponse)
        /// Complete; what waits for another thread is begun in the next turn, see `proceed`.
        case complete(Postponed)
        /// Suspended until `handoff` has the answer.
        case waiting
        case answered
    }

    /// What is done with a connection once it is suspended.
    private enum Postponed {
        case run(HTTPRequest, BackgroundPool, Handler)
        case await(DeferredResponse)
    }

    private let core: DaemonCore
    private let connection: ClientConnection
    private let handoff = Mutex(Handoff())
    private var phase = Phase.start
    private var head: HTTPRequestHead?
    private var record: RequestRecord?
    /// Of the answer that was given.
    private var status: Int?
    private var bytesReceived = 0

    init(core: DaemonCore, connection: ClientConnection) {
        self.core = core
        self.connection = connection
    }

    /// The first call: headers only. Returns false where the connection is to be cut.
    func begin(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> Bool {
        guard enter(.answer) else { return false }
        let head: HTTPRequestHead
        do throws(MalformedRequest) {
            head = try parseHead(method: method, version: version)
        } catch {
            record = RequestRecord(headers: connection.headers)
            return answerLast(fault(.malformed(error)))
        }
        self.head = head
        record = head.record

        switch core.route(head) {
        case .refuse(let response), .answer(let response):
            // An answer in this first call ends the connection; without a body to avoid, the next call will do.
            guard head.contentLength == 0 else { return answerLast(response) }
            phase = .decided(response)
        case .accept(let limit, let storage, let execution, let handle):
            guard (head.contentLength ?? 0) <= limit else { return answerLast(fault(.bodyTooLarge(limit: limit))) }
            let receiver =
                head.contentLength == 0
                ? nil
                : BodyReceiver(
                    storage: storage, limit: limit, contentLength: head.contentLength,
                    dropLimit: core.configuration.dropLimit)
            phase = .receiving(receiver, execution, handle)
            if receiver != nil { return enter(.body) }
        }
        return true
    }

    /// Returns false where the connection has been given up meanwhile, because the client was late.
    private func enter(_ part: Stage.Part) -> Bool {
        connection.socket?.stage.enter(part) ?? false
    }

    /// A call with a piece of the body. Returns false where the connection is to be cut.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .receiving(let receiver?, _, _) = phase else { return false }
        bytesReceived += bytes.count
        return receiver.append(bytes)
    }

    /// A call without a piece: the request is complete, or its answer has been made meanwhile.
    func proceed() -> Bool {
        switch phase {
        case .receiving(let receiver, let execution, let handle):
            guard receiver == nil || enter(.answer) else { return false }
            phase = .answered
            return execute(receiver, execution, handle)
        case .decided(let response):
            return answer(response)
        case .complete(let postponed):
            phase = .answered
            return suspend(for: postponed)
        case .waiting:
            guard let response = handoff.withLock({ $0.take() }) else { return false }
            return answer(response)
        case .start, .answered:
            return false
        }
    }

    /// Gives a suspended request its answer, from any thread; without effect where it has one or is over. Returns whether
    /// this answer is the one.
    @discardableResult
    private func finish(_ response: HTTPResponse) -> Bool {
        if case .deferred(let deferred) = response.body {
            begin(deferred)
            return true
        }
        return handoff.withLock { handoff in
            guard handoff.finish(response) else { return false }
            connection.resume()
            return true
        }
    }

    /// The last call of all; `isSent` tells whether the answer was sent to its end.
    func complete(isSent: Bool) {
        let isAwaited = handoff.withLock { handoff in
            defer { handoff.close() }
            return handoff.deferred != nil
        }
        if isAwaited { core.deadlines.cancel(for: self) }
        phase = .answered
        _ = enter(.head)
        guard let record else { return }
        core.configuration.observe(
            RequestSummary(
                head: head, record: record, peerAddress: head?.peerAddress ?? connection.socket?.peerAddress ?? "",
                status: status, bytesReceived: bytesReceived, bytesSent: record.bytesSent,
                nanoseconds: RequestRecord.now() - record.began, isComplete: isSent))
    }

    private func parseHead(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) throws(MalformedRequest) -> HTTPRequestHead {
        guard let socket = connection.socket, let text = String(validatingCString: method) else {
            throw .invalidMethod
        }
        let target = try socket.takeTarget()
        // A NUL byte cuts it, and the version comes later than right after it.
        if UnsafeRawPointer(version) > UnsafeRawPointer(target.start + target.length + 1) { throw .nulByte }
        var layout = HeadLayout(
            method: method, methodSize: text.utf8.count, target: target.start, targetSize: target.length,
            version: version)
        let headers = connection.headers(&layout)
        guard layout.isWhole(size: connection.headSize) else { throw .brokenLine }
        if target.length > HTTPRequestHead.targetLimit { throw .targetTooLong }
        if connection.headSize - target.length > core.configuration.headerMemory / 2 { throw .headersTooLarge }
        return try HTTPRequestHead(
            method: text, target: target.text, headers: headers,
            version: HTTPVersion(rawValue: String(cString: version)) ?? .http11, peerAddress: socket.peerAddress)
    }

    private func execute(
        _ receiver: BodyReceiver?, _ execution: HandlerExecution, _ handle: @escaping Handler
    ) -> Bool {
        guard let head else { return false }
        let request: HTTPRequest
        do throws(RequestFault) {
            request = HTTPRequest(head: head, body: try receiver?.finish() ?? .empty)
        } catch {
            return answer(fault(error))
        }
        switch execution {
        case .immediate:
            return answer(handle(request))
        case .background, .heavy:
            return postpone(.run(request, execution == .heavy ? core.heavyPool : core.pool, handle))
        }
    }

    /// Lets libmicrohttpd take one more turn before the connection is suspended. Only in that turn does it note that it is
    /// not to read; otherwise it would read first thing when it is resumed, and where the client has closed its side it
    /// would take that for the end of the connection and never send the answer.
    private func postpone(_ postponed: Postponed) -> Bool {
        phase = .complete(postponed)
        return true
    }

    private func suspend(for postponed: Postponed) -> Bool {
        guard suspend() else { return answer(fault(.stopping)) }
        switch postponed {
        case .run(let request, let pool, let handle):
            if !pool.submit({ [self] in finish(handle(request)) }) { abandon() }
        case .await(let deferred):
            begin(deferred)
        }
        return true
    }

    /// Under the lock of `traffic`, so that after `Traffic.close` nothing is suspended unseen.
    private func suspend() -> Bool {
        core.traffic.withLock { traffic in
            guard traffic.suspend(self) else { return false }
            handoff.withLock {
                $0.suspend()
                connection.suspend()
            }
            phase = .waiting
            return true
        }
    }

    /// Waits for an answer that is to come later, the connection being suspended.
    private func begin(_ deferred: DeferredResponse) {
        guard handoff.withLock({ $0.wait(for: deferred) }) else { return }
        core.deadlines.set(for: self, at: .now + deferred.limit) { [self] in expire() }
        deferred.start(DeferredAnswer { [self] in give($0) })
        // The stop may have looked for what it can bring to an end before this was to be seen.
        if core.isDraining.load(ordering: .acquiring) { expire() }
    }

    /// An answer given later. One that is deferred once more would not keep to the first one's limit.
    private func give(_ response: HTTPResponse) -> Bool {
        core.deadlines.cancel(for: self)
        if case .deferred = response.body { return finish(fault(.invalidResponse)) }
        return finish(response)
    }

    /// Answers a request whose time is up.
    private func expire() {
        guard let deferred = handoff.withLock({ $0.deferred }) else { return }
        if !core.pool.submit({ [self] in _ = give(deferred.expired()) }) { abandon() }
    }

    private func answer(_ response: HTTPResponse) -> Bool {
        if case .deferred(let deferred) = response.body { return postpone(.await(deferred)) }
        if head?.hasCertainEnd == false { return answerLast(response) }
        phase = .answered
        return send(response, closing: core.isDraining.load(ordering: .acquiring))
    }

    /// Answers where the request's body is unread or its end is in doubt. What follows on the wire is not looked at: the
    /// connection ends.
    private func answerLast(_ response: HTTPResponse) -> Bool {
        phase = .answered
        connection.socket?.isToLinger = true
        return send(response, closing: true)
    }

    private func send(_ response: HTTPResponse, closing: Bool) -> Bool {
        guard let record else { return false }
        let toHead = head?.method == "HEAD"
        let queue = { (answer: HTTPResponse) in
            guard self.connection.queue(answer, to: record, of: self.core, toHead: toHead, closing: closing) else {
                return false
            }
            self.status = answer.status
            return true
        }
        return queue(response) || queue(fault(.invalidResponse))
    }

    private func fault(_ fault: RequestFault) -> HTTPResponse {
        core.configuration.fault(fault, head)
    }
}

extension Exchange: Suspended {
    /// A handler that runs is waited for; an answer that is only to come is not.
    func drain() { expire() }

    /// Answers in place of the handler, which is too late.
    func abandon() { finish(fault(.stopping)) }
}
