import Access
import HTTPDaemon

/// One row of the route table. A class, so that a request which holds its route holds one reference and not ten.
final class Route: Sendable {
    /// What a route's request carries.
    enum Body: Sendable {
        /// Nothing; an empty JSON object is let pass.
        case none
        /// A JSON document of at most so many bytes, kept in memory.
        case json(limit: Int)
        /// A data set of one of these media types, spooled to disk.
        case upload(limit: Int, directory: String, mediaTypes: [String])
    }

    let method: String
    /// The path as the contract has it, for log and metrics.
    let template: String
    /// Segments of the path; nil matches anything but nothing and is handed to the handler.
    let pattern: [String?]
    /// What may follow the last segment, after a dot. Where there are any, the one that does is handed to the handler as
    /// the last parameter, empty for none; a parameter in that segment comes without it.
    let suffixes: [String]
    /// What a caller's key must allow; nil where nobody is asked for a key.
    let needs: Scopes?
    let body: Body
    let execution: HandlerExecution
    let handle: @Sendable (RoutedRequest) throws -> HTTPResponse
    /// Answers from memory, on the connection's own thread, if it can at once; from the path's parameters.
    let fromMemory: (@Sendable ([String], Caller) -> HTTPResponse?)?

    /// - Parameter pattern: a path; a segment that starts with `:` stands for a parameter.
    init(
        _ method: String, _ pattern: String, suffixes: [String] = [], needs: Scopes?, body: Body = .none,
        on execution: HandlerExecution = .background,
        fromMemory: (@Sendable ([String], Caller) -> HTTPResponse?)? = nil,
        _ handle: @escaping @Sendable (RoutedRequest) throws -> HTTPResponse
    ) {
        self.method = method
        template =
            "/"
            + pattern.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
            .joined(separator: "/")
        self.pattern = pattern.split(separator: "/").map { $0.hasPrefix(":") ? nil : String($0) }
        self.suffixes = suffixes
        self.needs = needs
        self.body = body
        self.execution = execution
        self.handle = handle
        self.fromMemory = fromMemory
    }

    /// The parameters of `path`, in order, if it has the pattern's form.
    func parameters(of path: [String]) -> [String]? {
        guard path.count == pattern.count else { return nil }
        var parameters: [String] = []
        for (place, segment) in path.enumerated() {
            if let expected = pattern[place] {
                if place == path.count - 1, !suffixes.isEmpty {
                    guard let suffix = suffix(of: segment, after: expected) else { return nil }
                    parameters.append(suffix)
                } else if expected != segment {
                    return nil
                }
            } else if place == path.count - 1, let suffix = suffixes.first(where: { segment.hasSuffix(".\($0)") }) {
                guard segment.utf8.count > suffix.utf8.count + 1 else { return nil }
                parameters += [String(segment.dropLast(suffix.count + 1)), suffix]
            } else if segment.isEmpty {
                return nil
            } else if place == path.count - 1, !suffixes.isEmpty {
                parameters += [segment, ""]
            } else {
                parameters.append(segment)
            }
        }
        return parameters
    }

    /// What stands in `segment` after `name` and a dot, empty for nothing; nil if the segment is another.
    private func suffix(of segment: String, after name: String) -> String? {
        if segment == name { return "" }
        return suffixes.first { segment == "\(name).\($0)" }
    }
}

/// A request with what its route found in the path.
struct RoutedRequest: Sendable {
    let request: HTTPRequest
    let parameters: [String]
    /// Whose request it is.
    let caller: Caller

    var head: HTTPRequestHead { request.head }

    /// The body's bytes; a spooled body is read by its controller.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = request.body { bytes } else { [] }
    }
}
