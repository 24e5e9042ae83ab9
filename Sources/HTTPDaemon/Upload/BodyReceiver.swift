import Glibc

/// Takes in one request's body, piece by piece, up to its limit. What comes after a fault is counted and dropped.
final class BodyReceiver {
    private var bytes: [UInt8] = []
    private var writer: SpoolWriter?
    private var fault: RequestFault?
    private var count = 0
    private let limit: Int
    private let dropLimit: Int
    private var room = Int.max

    /// - Parameter dropLimit: bytes beyond the limit that are taken and dropped before the client is cut off.
    init(storage: BodyStorage, limit: Int, contentLength: Int?, dropLimit: Int) {
        self.limit = limit
        self.dropLimit = dropLimit
        switch storage {
        case .memory:
            // Only touched pages cost memory, and an array that never grows is never held twice.
            if let contentLength { bytes.reserveCapacity(min(contentLength, limit)) }
        case .spool(let directory, let room):
            self.room = room
            do throws(SystemError) {
                writer = try SpoolWriter(directory: directory)
            } catch {
                fault = .spoolFailed(error)
            }
        }
    }

    /// Returns false where the client has sent so much too much that it is to be cut off.
    func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        count += piece.count
        if count > limit { drop(.bodyTooLarge(limit: limit)) }
        if count > room { drop(.spoolFailed(SystemError(call: "write", path: "", code: ENOSPC))) }
        guard fault == nil else { return count - limit <= dropLimit }
        guard writer != nil else {
            if bytes.capacity < count && count > Self.smallBody { bytes.reserveCapacity(limit) }
            bytes.append(contentsOf: piece)
            return true
        }
        do throws(SystemError) {
            try writer?.append(piece)
        } catch {
            drop(.spoolFailed(error))
        }
        return true
    }

    /// The body, once it is whole; the receiver gives it up.
    func finish() throws(RequestFault) -> HTTPRequestBody {
        defer { bytes = [] }
        if let fault { throw fault }
        if writer != nil {
            do throws(SystemError) {
                if let file = try writer?.finish() { return .spooled(file) }
            } catch {
                throw .spoolFailed(error)
            }
        }
        return bytes.isEmpty ? .empty : .bytes(bytes)
    }

    private func drop(_ reason: RequestFault) {
        if fault == nil { fault = reason }
        bytes = []
        writer = nil
    }

    /// A body of unknown length may grow by copying up to here; beyond, room for the whole limit is reserved at once.
    private static let smallBody = 64 << 10
}
