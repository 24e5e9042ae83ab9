import CMicroHTTPD
import Glibc

/// libmicrohttpd's handle of one client's connection.
// Unchecked: MHD_resume_connection may be called from any thread while the connection is suspended, and a suspended
// connection is not freed; everything else is called only on the connection's own thread, inside a callback.
struct ClientConnection: @unchecked Sendable {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// The header fields. `layout` gets to know where they lie.
    func headers(_ layout: inout HeadLayout) -> HTTPHeaders {
        let collected = collect(CollectedFields(layout: layout))
        if let known = collected.layout { layout = known }
        return collected.headers
    }

    /// The header fields, wherever they lie.
    var headers: HTTPHeaders { collect(CollectedFields()).headers }

    private func collect(_ empty: CollectedFields) -> CollectedFields {
        var collected = empty
        withUnsafeMutablePointer(to: &collected) { collected in
            _ = MHD_get_connection_values_n(handle, .HEADER_KIND, appendField, collected)
        }
        return collected
    }

    /// Bytes of the request's line and headers.
    var headSize: Int { espalier_mhd_head_size(handle) }

    /// The object made when the connection was opened.
    var socket: ClientSocket? {
        espalier_mhd_socket_context(handle).map { Unmanaged<ClientSocket>.fromOpaque($0).takeUnretainedValue() }
    }

    var descriptor: Int32 { espalier_mhd_socket(handle) }

    /// Hands the response over. Returns false where libmicrohttpd refuses it.
    func queue(
        _ response: HTTPResponse, to record: RequestRecord, of core: DaemonCore, toHead: Bool, closing: Bool
    ) -> Bool {
        let sources = BodySources(core: core, connection: self)
        guard
            let prepared = PreparedResponse.make(
                response, to: record, toHead: toHead, closing: closing, sources: sources)
        else { return false }
        return MHD_queue_response(handle, prepared.status, prepared.handle) == .YES
    }

    func suspend() { MHD_suspend_connection(handle) }

    func resume() { MHD_resume_connection(handle) }
}

private struct CollectedFields {
    var headers = HTTPHeaders()
    var layout: HeadLayout?
}

private func appendField(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameSize: Int,
    _ value: UnsafePointer<CChar>?, _ valueSize: Int
) -> MHD_Result {
    guard let context, let name, let value else { return .NO }
    let collected = context.assumingMemoryBound(to: CollectedFields.self)
    collected.pointee.layout?.add(name: name, nameSize: nameSize, value: value, valueSize: valueSize)
    let field = String(decoding: UnsafeRawBufferPointer(start: name, count: nameSize), as: UTF8.self)
    var bytes = UnsafeRawBufferPointer(start: value, count: valueSize)[...]
    // libmicrohttpd keeps the white space, and would not know a "chunked " for what it is: it is not to be known here either.
    if !field.equalsIgnoringASCIICase("Transfer-Encoding") {
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    }
    collected.pointee.headers.append(name: field, value: String(decoding: bytes, as: UTF8.self))
    return .YES
}
