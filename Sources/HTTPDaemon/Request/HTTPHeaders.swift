/// The header fields of a request in the order they came. Names are compared without regard to case.
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field line; the value has no white space around it.
    public struct Field: Sendable, Equatable {
        /// As sent.
        public let name: String
        /// Without white space around it.
        public let value: String

        /// Both.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// All fields, in the order they came.
    public private(set) var fields: [Field]

    /// Fields in an order.
    public init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// Fields in the order written.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of `name`, or nil where the request has none.
    public subscript(name: String) -> String? {
        fields.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    /// All values of `name`, in the order they came.
    public func values(of name: String) -> [String] {
        fields.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
    }

    mutating func append(name: String, value: String) {
        fields.append(Field(name: name, value: value))
    }
}

extension String {
    /// Whether both have the same bytes but for the case of ASCII letters.
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withBytes { left in
            other.withBytes { right in
                left.indices.allSatisfy {
                    left[$0] == right[$0] || left[$0].asciiLowercased == right[$0].asciiLowercased
                }
            }
        }
    }

    /// Gives `body` the bytes, without a copy of those that lie together already, as all that are made in Swift do.
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        var text = self
        return text.withUTF8(body)
    }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
