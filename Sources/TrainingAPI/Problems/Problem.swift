import HTTPDaemon
import JSONDocument

/// An error answer: problem details for HTTP APIs (RFC 9457).
public struct Problem: Error, Sendable {
    /// The kind; it fixes status and title.
    public var code: ProblemCode
    /// What is wrong with this request, for its author.
    public var detail: String
    /// Every fault of the content, by JSON pointer.
    public var faults: [Fault] = []
    /// Headers that belong to the answer, such as `Allow`.
    public var headers: [(String, String)] = []

    /// A problem of kind `code`.
    public init(_ code: ProblemCode, _ detail: String, faults: [Fault] = [], headers: [(String, String)] = []) {
        self.code = code
        self.detail = detail
        self.faults = faults
        self.headers = headers
    }

    /// The `422` that lists `faults`.
    public init(_ faults: Faults) {
        let count = faults.all.count
        let first = faults.all.first.map { $0.pointer.isEmpty ? $0.detail : "\($0.pointer) \($0.detail)" } ?? ""
        self.init(.invalidContent, count == 1 ? first : "\(count) faults, the first: \(first)", faults: faults.all)
    }

    /// Writes the problem object; `requestID` names the request that it answers.
    public func write(to json: inout JSONWriter, requestID: String? = nil) {
        json.object { json in
            json.member("type", "/problems/\(code.rawValue)")
            json.member("title", code.title)
            json.member("status", code.status)
            json.member("detail", detail)
            json.member("code", code.rawValue)
            if let requestID { json.member("request_id", requestID) }
            json.array("errors") { json in
                for fault in faults {
                    json.object { json in
                        json.member("pointer", fault.pointer)
                        json.member("detail", fault.detail)
                    }
                }
            }
        }
    }

    /// The answer.
    public var response: HTTPResponse {
        HTTPResponse(
            status: code.status, headers: [("Content-Type", "application/problem+json")] + headers,
            body: .naming { requestID in .json { write(to: &$0, requestID: requestID) } })
    }
}
