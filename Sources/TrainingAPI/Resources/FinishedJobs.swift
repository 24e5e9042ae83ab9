import Jobs
import Synchronization

/// The documents of finished jobs as they were last sent: such a job never changes again, and clients ask for it often.
final class FinishedJobs: Sendable {
    /// A document, and its validator where that is known.
    struct Document: Sendable {
        let bytes: [UInt8]
        let tag: EntityTag?
    }

    private struct Kept {
        var documents: [JobID: Document] = [:]
        var bytes = 0
    }

    private let kept = Mutex(Kept())
    private let limit: Int

    /// - Parameter limit: bytes that are kept at most.
    init(limit: Int = 2 << 20) {
        self.limit = limit
    }

    /// The document of `job` as the store has it now: the one that is kept, or what `make` makes of it.
    func document(of job: Job, make: () -> [UInt8]) -> Document {
        guard job.status.isTerminal else { return Document(bytes: make(), tag: nil) }
        if let document = kept.withLock({ $0.documents[job.id] }) { return document }
        let bytes = make()
        let document = Document(bytes: bytes, tag: EntityTag(of: bytes))
        guard bytes.count <= limit / 8 else { return document }
        kept.withLock { kept in
            if kept.bytes + bytes.count > limit { kept = Kept() }
            if kept.documents.updateValue(document, forKey: job.id) == nil { kept.bytes += bytes.count }
        }
        return document
    }
}
