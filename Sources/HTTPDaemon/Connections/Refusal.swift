import CMicroHTTPD
import Glibc

/// An answer that is written to a socket past libmicrohttpd, and is the last there.
struct Refusal: Sendable {
    private let bytes: [UInt8]

    /// - Parameter response: its body must be at hand.
    init(_ response: HTTPResponse) {
        var body: [UInt8] = []
        if case .bytes(let bytes) = response.body { body = bytes }
        let phrase = String(cString: MHD_get_reason_phrase_for(UInt32(response.status)))
        let headers = response.headers + [("Content-Length", String(body.count)), ("Connection", "close")]
        let lines = ["HTTP/1.1 \(response.status) \(phrase)"] + headers.map { "\($0.name): \($0.value)" }
        bytes = Array(lines.joined(separator: "\r\n").utf8) + Array("\r\n\r\n".utf8) + body
    }

    /// Sends it if there is room, which there is on a connection that has not been answered before; never waits.
    func send(to descriptor: Int32) {
        // A client that is gone already is not told, and nothing is lost.
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
}
