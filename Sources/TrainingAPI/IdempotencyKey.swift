import Datasets
import HTTPDaemon
import Hashing
import JSONDocument
import Jobs

extension RequestIdentity {
    /// Longest key, in bytes.
    static let keyLimit = 255

    /// The identity of a request that brings an `Idempotency-Key`; nil of one that does not. Equal requests have the same
    /// method, target, media type and body.
    init?(_ request: RoutedRequest) throws {
        let keys = request.head.headers.fields.filter { $0.name.lowercased() == "idempotency-key" }.map(\.value)
        guard let key = keys.first else { return nil }
        guard keys.count == 1, (1...RequestIdentity.keyLimit).contains(key.utf8.count) else {
            throw Faults(
                pointer: "/headers/Idempotency-Key",
                detail: "must be one string of 1 to \(RequestIdentity.keyLimit) bytes")
        }
        let mediaType = request.head.headers["Content-Type"] ?? ""
        let asked = "\(request.head.method) \(request.head.target)\n\(mediaType)\n"
        let body = try request.request.body.withUnsafeBytes(ContentHash.of)
        self.init(owner: request.caller.owner, key: key, fingerprint: ContentHash.of(Array((asked + body).utf8)))
    }
}

extension HTTPResponse {
    /// Marks the answer to a request that had been answered before.
    func replayed(_ isReplayed: Bool = true) -> HTTPResponse {
        guard isReplayed else { return self }
        var answer = self
        answer.status = 200
        answer.headers.append(("Idempotent-Replayed", "true"))
        return answer
    }
}

extension TrainingService {
    /// The job that an equal request with the same key has made before.
    func repeated(_ identity: RequestIdentity?) throws -> Job? {
        guard let identity, let id = try store.target(of: identity) else { return nil }
        guard let job = try JobID(id).flatMap({ try store.job($0) }) else { throw StoreError.keySpent }
        return job
    }

    /// The same of a sweep.
    func repeatedSweep(_ identity: RequestIdentity?) throws -> Sweep? {
        guard let identity, let id = try store.target(of: identity) else { return nil }
        guard let sweep = try SweepID(id).flatMap({ try store.sweep($0) }) else { throw StoreError.keySpent }
        return sweep
    }

    /// The same of a data set.
    func repeatedDataset(_ identity: RequestIdentity?) throws -> DatasetRecord? {
        guard let identity, let id = try store.target(of: identity) else { return nil }
        guard let dataset = try DatasetID(id).flatMap({ try store.dataset($0) }) else { throw StoreError.keySpent }
        return dataset
    }
}
