import Compression
import HTTPDaemon
import Synchronization

/// Makes bodies in gzip, and keeps those that are asked for again: documents of finished jobs and the contract.
final class CodedBodies: Sendable {
    private struct Kept {
        var bodies: [String: [UInt8]] = [:]
        var bytes = 0
    }

    private let kept = Mutex(Kept())
    private let limit: Int

    /// - Parameter limit: bytes that are kept at most.
    init(limit: Int = 4 << 20) { self.limit = limit }

    /// `body` in gzip; nil where that cannot be made.
    /// - Parameter tag: names the bytes for good, where they may be asked for again.
    func gzip(_ body: HTTPResponse.Body, tag: String?) -> HTTPResponse.Body? {
        switch body {
        case .bytes(let bytes):
            guard let tag else { return GzipEncoder.encoded(bytes).map { .bytes($0) } }
            if let known = kept.withLock({ $0.bodies[tag] }) { return .bytes(known) }
            guard let coded = GzipEncoder.encoded(bytes) else { return nil }
            keep(coded, as: tag)
            return .bytes(coded)
        case .stream(let stream):
            return .stream(.gzip(of: stream))
        case .empty, .file, .deferred, .naming:
            return nil
        }
    }

    private func keep(_ coded: [UInt8], as tag: String) {
        guard coded.count <= limit / 8 else { return }
        kept.withLock { kept in
            if kept.bytes + coded.count > limit { kept = Kept() }
            if kept.bodies.updateValue(coded, forKey: tag) == nil { kept.bytes += coded.count }
        }
    }
}

extension ResponseStream {
    /// The gzip form of `stream`, made on the heavy threads while it is sent.
    fileprivate static func gzip(of stream: ResponseStream) -> ResponseStream {
        .produced {
            let read = stream.makeReader()
            let encoder = GzipEncoder()
            var piece = [UInt8](repeating: 0, count: 64 << 10)
            var ready: [UInt8] = []
            var sent = 0
            var isComplete = false
            return { buffer in
                guard let encoder else { return .failed }
                while sent == ready.count {
                    if isComplete { return .end }
                    ready.removeAll(keepingCapacity: true)
                    sent = 0
                    switch piece.withUnsafeMutableBytes({ read($0) }) {
                    case .filled(let count):
                        piece.withUnsafeBytes {
                            encoder.encode(
                                UnsafeRawBufferPointer(rebasing: $0.prefix(count)), isLast: false, into: &ready)
                        }
                    case .end:
                        encoder.encode(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, into: &ready)
                        isComplete = true
                    case .failed:
                        return .failed
                    }
                }
                let count = min(buffer.count, ready.count - sent)
                ready.withUnsafeBytes {
                    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count]))
                }
                sent += count
                return .filled(count)
            }
        }
    }
}
