import CSimdJSON

/// Why a text is not a JSON document this service reads.
public struct JSONSyntaxError: Error, Sendable, CustomStringConvertible {
    /// The parser's own words, fit to be shown to a client.
    public let description: String

    /// What the parser says; of depth also how much of it there may be.
    init(code: Int32, _ depthLimit: Int) {
        description =
            code == csimdjson_code(CSIMDJSON_DEPTH)
            ? "arrays and objects must nest less than \(depthLimit) deep" : String(cString: csimdjson_message(code))
    }
}

/// A parsed JSON text (RFC 8259): simdjson's tape, walked in place. Parsing is iterative and bounded in depth, so a
/// text nested a million deep is a syntax error, not a stack overflow.
///
/// @unchecked: tape and strings are written once, inside `init`, and only read afterwards.
public final class JSONDocument: @unchecked Sendable {
    /// How deep arrays and objects may nest, unless less is asked for.
    public static let depthLimit = 256

    private let handle: OpaquePointer
    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    /// Whether `OversizedNumbers.marker` stands for numbers beyond doubles.
    let isRewritten: Bool

    /// Parses `bytes`, a UTF-8 text; the document does not refer to them afterwards.
    public init(
        parsing bytes: UnsafeRawBufferPointer, depthLimit: Int = JSONDocument.depthLimit
    ) throws(JSONSyntaxError) {
        var parsed = JSONDocument.parseText(bytes, depthLimit)
        var isRewritten = false
        if parsed.document == nil, parsed.code == csimdjson_code(CSIMDJSON_NUMBER),
            let rewritten = OversizedNumbers.rewritten(bytes)
        {
            parsed = rewritten.withUnsafeBytes { JSONDocument.parseText($0, depthLimit) }
            isRewritten = true
        }
        guard let document = parsed.document else {
            throw JSONSyntaxError(code: parsed.code, depthLimit)
        }
        self.isRewritten = isRewritten
        handle = document
        tape = csimdjson_tape(document)
        strings = csimdjson_strings(document)
    }

    private static func parseText(
        _ bytes: UnsafeRawBufferPointer, _ depthLimit: Int
    ) -> (code: Int32, document: OpaquePointer?) {
        var document: OpaquePointer?
        let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let code = csimdjson_parse(base, base == nil ? 0 : bytes.count, depthLimit, &document)
        return (code, code == 0 ? document : nil)
    }

    /// Parses a UTF-8 text.
    public static func parse(
        _ bytes: [UInt8], depthLimit: Int = JSONDocument.depthLimit
    ) throws(JSONSyntaxError) -> JSONDocument {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONSyntaxError) in try JSONDocument(parsing: buffer, depthLimit: depthLimit) }
        }
        return try result.get()
    }

    deinit { csimdjson_free(handle) }

    /// The document's one value.
    public var root: JSONNode { JSONNode(document: self, index: 1) }
}
