import CMicroHTTPD
import Glibc

/// The owner of one libmicrohttpd response.
struct PreparedResponse: ~Copyable {
    let handle: OpaquePointer
    let status: UInt32

    private init(handle: OpaquePointer, status: UInt32) {
        self.handle = handle
        self.status = status
    }

    /// Nil where the response cannot be sent: see `RequestFault.invalidResponse`.
    static func make(
        _ response: HTTPResponse, to record: RequestRecord, toHead: Bool, closing: Bool, sources: BodySources
    ) -> PreparedResponse? {
        guard (200...999).contains(response.status) else { return nil }
        var body = response.body
        if case .naming(let write) = body { body = .bytes(write(record.id)) }
        if response.status == 204 { body = .empty }
        // Of the body of a 304 libmicrohttpd tells the length, as it should, and sends nothing.
        let isBodiless = toHead || response.status == 304
        guard let handle = makeHandle(body, to: record, toHead: isBodiless, sources) else { return nil }
        let prepared = PreparedResponse(handle: handle, status: UInt32(response.status))
        for (name, value) in response.headers where !add(name, value, to: handle) { return nil }
        guard addChecked("X-Request-Id", record.id, to: handle) else { return nil }
        if closing && !addChecked("Connection", "close", to: handle) { return nil }
        return prepared
    }

    deinit {
        MHD_destroy_response(handle)
    }

    private static func add(_ name: String, _ value: String, to handle: OpaquePointer) -> Bool {
        let isDaemons =
            name.equalsIgnoringASCIICase("Connection") || name.equalsIgnoringASCIICase("Content-Length")
            || name.equalsIgnoringASCIICase("Transfer-Encoding")
        guard !isDaemons, name.isHTTPToken, value.withBytes({ $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
            return false
        }
        return addChecked(name, value, to: handle)
    }

    // Where a text is passed for a pointer, Swift makes an array for it; here it mostly need not.
    private static func addChecked(_ name: String, _ value: String, to handle: OpaquePointer) -> Bool {
        name.withCString { name in value.withCString { MHD_add_response_header(handle, name, $0) == .YES } }
    }

    private static func makeHandle(
        _ body: HTTPResponse.Body, to record: RequestRecord, toHead: Bool, _ sources: BodySources
    ) -> OpaquePointer? {
        switch body {
        case .empty:
            return MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        case .bytes(let bytes) where bytes.count <= blockSize:
            if !toHead { record.noteSent(bytes.count) }
            return bytes.withUnsafeBytes { bytes in
                // Copied by libmicrohttpd, which does not write to it in spite of the parameter's type.
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                return MHD_create_response_from_buffer(bytes.count, start, .RESPMEM_MUST_COPY)
            }
        case .bytes(let bytes):
            return makeHandle(ResponseStream(bytes), to: record, toHead: toHead, sources)
        case .stream(let stream):
            return makeHandle(stream, to: record, toHead: toHead, sources)
        case .deferred, .naming:
            return nil
        case .file(let file):
            guard let descriptor = file.duplicateDescriptor() else { return nil }
            let length = UInt64(file.range.count)
            let handle = MHD_create_response_from_fd_at_offset64(length, descriptor, UInt64(file.range.lowerBound))
            if handle == nil { close(descriptor) } else if !toHead { record.noteSent(file.range.count) }
            return handle
        }
    }

    private static func makeHandle(
        _ stream: ResponseStream, to record: RequestRecord, toHead: Bool, _ sources: BodySources
    ) -> OpaquePointer? {
        let content: StreamSource.Content
        if toHead {
            content = .read { _ in .end }
        } else if let live = stream.live {
            content = .suspending(sources.live(live))
        } else if stream.isProduced {
            content = .suspending(sources.produced(stream))
        } else {
            content = .read(stream.makeReader())
        }
        let source = Unmanaged.passRetained(StreamSource(content, length: stream.length, record))
        let handle = MHD_create_response_from_callback(
            stream.length.map(UInt64.init) ?? espalier_mhd_size_unknown, blockSize, readStream, source.toOpaque(),
            releaseStream)
        if handle == nil { source.release() }
        // To HEAD and with 304, libmicrohttpd would send the chunk that ends a body, which the client reads as its next response:
        // no chunks, then, and the connection is closed instead.
        if let handle, toHead, stream.length == nil, espalier_mhd_never_chunk(handle) != .YES {
            MHD_destroy_response(handle)
            return nil
        }
        return handle
    }

    /// Bodies up to this size are handed over whole, larger ones in blocks of it.
    private static let blockSize = 64 << 10
}

/// A reader on its way through libmicrohttpd, which calls it for one connection only and never twice at once.
private final class StreamSource {
    enum Content {
        case read(ResponseStream.Reader)
        case suspending(any SuspendingSource)
    }

    private let content: Content
    private let length: Int?
    private let record: RequestRecord

    init(_ content: Content, length: Int?, _ record: RequestRecord) {
        self.content = content
        self.length = length
        self.record = record
    }

    deinit {
        if case .suspending(let source) = content { source.close() }
    }

    /// A reader that breaks its contract is a failed one: zero bytes would be asked for again at once, for ever.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, at position: UInt64) -> Int {
        let step: ResponseStream.Step
        switch content {
        case .read(let read):
            step = read(buffer)
        case .suspending(let source):
            // Nothing yet: the connection is suspended, so that this is not asked for again at once.
            guard let read = source.read(into: buffer) else { return 0 }
            step = read
        }
        switch step {
        case .filled(let count) where (1...buffer.count).contains(count):
            record.noteSent(count)
            return count
        case .end where length == nil || position == UInt64(length ?? 0): return espalier_mhd_end_of_stream
        default: return espalier_mhd_end_with_error
        }
    }
}

private func readStream(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    guard let context, let buffer, size > 0 else { return espalier_mhd_end_with_error }
    let source = Unmanaged<StreamSource>.fromOpaque(context).takeUnretainedValue()
    return source.fill(UnsafeMutableRawBufferPointer(start: buffer, count: size), at: position)
}

/// Balances the retain of `makeHandle`.
private func releaseStream(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<StreamSource>.fromOpaque(context).release()
}
