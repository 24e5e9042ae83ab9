import HTTPDaemon
import JSONDocument

extension HTTPResponse {
    /// An answer with a JSON body.
    static func json(
        _ status: Int, headers: [(name: String, value: String)] = [], _ write: (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        .json(status, headers: headers, .json(write))
    }

    /// An answer with a JSON body that is written already.
    static func json(
        _ status: Int, headers: [(name: String, value: String)] = [], _ document: [UInt8]
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")] + headers, body: .bytes(document))
    }

    /// `{"object": "list", "data": […]}`, with `has_more` where the list is paged.
    static func list<Item>(
        _ items: [Item], hasMore: Bool? = nil, _ write: (Item, inout JSONWriter) -> Void
    ) -> HTTPResponse {
        .json(200) { json in
            json.object { json in
                json.member("object", "list")
                json.array("data") { json in items.forEach { write($0, &json) } }
                if let hasMore { json.member("has_more", hasMore) }
            }
        }
    }
}

extension HTTPResponse {
    /// Notes that a request's header `name` had a say in which form this is.
    func varying(by name: String) -> HTTPResponse {
        var answer = self
        if let place = answer.headers.firstIndex(where: { $0.name == "Vary" }) {
            answer.headers[place].value += ", \(name)"
        } else {
            answer.headers.append(("Vary", name))
        }
        return answer
    }
}

extension [UInt8] {
    /// A JSON document with a line feed at its end.
    static func json(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        write(&json)
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
