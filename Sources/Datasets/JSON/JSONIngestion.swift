import JSONDocument

extension TableStore {
    /// Reads a JSON data set: `{"x": [[…]], "y": […], "features": [names]?}`, an array of rows `[[1, 2, "a"], …]`
    /// whose columns have no names, or an array of records `[{"a": 1, "species": "setosa"}, …]` whose columns are the
    /// members of the first one; a member that a later record lacks is a missing cell. The text is read once, row by
    /// row, and no more of it than a row is kept.
    /// - Throws: `IngestionError`, or `JSONSyntaxError` if the text is not JSON.
    public func ingestJSON(_ text: UnsafeRawBufferPointer, at pointer: String = "") throws -> TableReference {
        try ingestJSON(text, of: nil, at: pointer)
    }

    /// Reads an uploaded JSON text, keeping little of it in memory.
    /// - Throws: `IngestionError`, or `JSONSyntaxError` if the text is not JSON.
    public func ingestJSON(_ content: UploadedContent) throws -> TableReference {
        try ingestJSON(content.bytes, of: content, at: "")
    }

    private func ingestJSON(
        _ text: UnsafeRawBufferPointer, of content: UploadedContent?, at pointer: String
    ) throws -> TableReference {
        var scanner = JSONScanner(text, of: content, depthLimit: limits.jsonDepth)
        do {
            switch scanner.peek() {
            case UInt8(ascii: "["): return try ingestArray(&scanner, at: pointer)
            case UInt8(ascii: "{"): return try ingestObject(&scanner, at: pointer)
            default:
                let found = describe(try JSONDocument(parsing: text).root)
                throw IngestionError.fault(
                    pointer, "must be an object with x and y, or an array of rows or records, not \(found)")
            }
        } catch let failure as JSONFailure {
            var survey = TextSurvey()
            var offset = 0
            while offset < text.count {
                let end = min(offset + UploadedContent.step, text.count)
                survey.read(UnsafeRawBufferPointer(rebasing: text[offset..<end]))
                content?.advance(to: end)
                offset = end
            }
            throw JSONSyntaxError(failure, survey, depthLimit: limits.jsonDepth)
        }
    }

    private func ingestArray(_ scanner: inout JSONScanner, at pointer: String) throws -> TableReference {
        guard try scanner.enter() else {
            try scanner.finish()
            throw IngestionError.fault(pointer, "must have at least one row")
        }
        switch scanner.peek() {
        case UInt8(ascii: "["): return try ingestRows(&scanner, at: pointer)
        case UInt8(ascii: "{"): return try ingestRecords(&scanner, at: pointer)
        default:
            let first = try scanner.node()
            _ = try scanner.skipElements()
            try scanner.finish()
            throw IngestionError.fault("\(pointer)/0", "must be a record, an object, not \(describe(first))")
        }
    }

    /// What is wrong with a table of this size, if anything is.
    func sizeFault(rows: Int, columns: Int, at pointer: String) -> IngestionError? {
        limits.excess(rows: rows, columns: columns).map { .fault(pointer, $0) }
    }
}

extension JSONScanner {
    /// The value here, which must be a small one, and passes it.
    mutating func node() throws -> JSONNode {
        let start = cursor
        _ = try value()
        return try JSONDocument(parsing: UnsafeRawBufferPointer(start: start, count: cursor - start)).root
    }

    /// Passes the rest of an array, after one of its elements; answers how many more there were.
    mutating func skipElements() throws(JSONFailure) -> Int {
        var count = 0
        while try goesOn() {
            _ = try value()
            count += 1
        }
        return count
    }

    /// Checks that nothing follows.
    mutating func finish() throws(JSONFailure) {
        _ = peek()
        if cursor != end { throw .structure }
    }
}

/// A value that a scanner has passed.
struct PassedValue {
    let shape: JSONScanner.Shape
    let text: UnsafeRawBufferPointer

    init(_ scanner: inout JSONScanner) throws(JSONFailure) {
        _ = scanner.peek()
        let start = scanner.cursor
        shape = try scanner.value()
        text = UnsafeRawBufferPointer(start: start, count: scanner.cursor - start)
    }

    /// The value, parsed.
    func node() throws(JSONSyntaxError) -> JSONNode { try JSONDocument(parsing: text).root }

    /// For a fault, as `describe` has it.
    func words() throws -> String {
        if shape.isArray { return "an array" }
        if shape.isObject { return "an object" }
        return describe(try node())
    }
}
