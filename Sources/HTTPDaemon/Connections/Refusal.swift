import CMicroHTTPD
import Glibc

/// An answer that is written to a socket past libmicrohttpd, and is the last there.
struct Refusal: Sendable {
    private let response: HTTPResponse

    /// - Parameter response: its body must be at hand.
    init(_ response: HTTPResponse) { self.response = response }

    /// Sends it if there is room, which there is on a connection that has not been answered before; never waits.
    func send(to descriptor: Int32) {
        let bytes = bytes(to: RequestID.next())
        // A client that is gone already is not told, and nothing is lost.
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    private func bytes(to requestID: String) -> [UInt8] {
        var body: [UInt8] = []
        switch response.body {
        case .bytes(let bytes): body = bytes
        case .naming(let write): body = write(requestID)
        case .empty, .stream, .file, .deferred: break
        }
        let phrase = String(cString: MHD_get_reason_phrase_for(UInt32(response.status)))
        let own = [("X-Request-Id", requestID), ("Content-Length", String(body.count)), ("Connection", "close")]
        let lines =
            ["HTTP/1.1 \(response.status) \(phrase)"] + (response.headers + own).map { "\($0.name): \($0.value)" }
        return Array(lines.joined(separator: "\r\n").utf8) + Array("\r\n\r\n".utf8) + body
    }
}
