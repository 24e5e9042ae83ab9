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

    var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        withUnsafeMutablePointer(to: &headers) { headers in
            _ = MHD_get_connection_values_n(handle, .HEADER_KIND, appendField, headers)
        }
        return headers
    }

    /// The object made when the connection was opened.
    var socket: ClientSocket? {
        espalier_mhd_socket_context(handle).map { Unmanaged<ClientSocket>.fromOpaque($0).takeUnretainedValue() }
    }

    var descriptor: Int32 { espalier_mhd_socket(handle) }

    /// Hands the response over. Returns false where libmicrohttpd refuses it.
    func queue(
        _ response: HTTPResponse, to record: RequestRecord, of core: DaemonCore, toHead: Bool, closing: Bool
    ) -> Bool {
        let makeSource = { LiveSource(core: core, connection: self, capacity: $0) }
        guard
            let prepared = PreparedResponse.make(
                response, to: record, toHead: toHead, closing: closing, makeSource: makeSource)
        else { return false }
        return MHD_queue_response(handle, prepared.status, prepared.handle) == .YES
    }

    func suspend() { MHD_suspend_connection(handle) }

    func resume() { MHD_resume_connection(handle) }
}

private func appendField(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameSize: Int,
    _ value: UnsafePointer<CChar>?, _ valueSize: Int
) -> MHD_Result {
    guard let context, let name else { return .NO }
    var bytes = UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize)[...]
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    context.assumingMemoryBound(to: HTTPHeaders.self).pointee.append(
        name: String(decoding: UnsafeRawBufferPointer(start: name, count: nameSize), as: UTF8.self),
        value: String(decoding: bytes, as: UTF8.self))
    return .YES
}
