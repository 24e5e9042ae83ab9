/// What a NumPy array file says of itself: versions 1, 2 and 3 of
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NPYHeader: Equatable {
    /// An element's type, without its byte order.
    enum Element: String, CaseIterable {
        case bool = "b1"
        case int8 = "i1", int16 = "i2", int32 = "i4", int64 = "i8"
        case uint8 = "u1", uint16 = "u2", uint32 = "u4", uint64 = "u8"
        case float16 = "f2", float32 = "f4", float64 = "f8"

        /// Bytes of an element.
        var size: Int {
            switch self {
            case .bool, .int8, .uint8: 1
            case .int16, .uint16, .float16: 2
            case .int32, .uint32, .float32: 4
            case .int64, .uint64, .float64: 8
            }
        }
    }

    /// Why a file is refused, in words for the client.
    struct Refusal: Error, Equatable { let reason: String }

    var element: Element
    var isBigEndian: Bool
    var isFortranOrder: Bool
    var shape: [Int]
    /// Where the elements begin.
    var dataOffset: Int

    /// NumPy's own bound for headers it reads without being told to trust them is smaller.
    private static let longestHeader = 1 << 16

    /// Reads the header at the start of `bytes`.
    init(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw Refusal(reason: "is not an NPY file: it does not begin with \\x93NUMPY")
        }
        guard bytes.count >= 10 else { throw Refusal(reason: "is cut off within the NPY header") }
        let length: Int
        let start: Int
        switch bytes[6] {
        case 1:
            length = Int(bytes[8]) | Int(bytes[9]) << 8
            start = 10
        case 2, 3:
            guard bytes.count >= 12 else { throw Refusal(reason: "is cut off within the NPY header") }
            length = Int(bytes[8]) | Int(bytes[9]) << 8 | Int(bytes[10]) << 16 | Int(bytes[11]) << 24
            start = 12
        default: throw Refusal(reason: "has NPY version \(bytes[6]); 1, 2 and 3 are read")
        }
        guard length <= NPYHeader.longestHeader else {
            throw Refusal(reason: "has an NPY header longer than \(NPYHeader.longestHeader) bytes")
        }
        guard start + length <= bytes.count else { throw Refusal(reason: "is cut off within the NPY header") }
        dataOffset = start + length
        var literal = NPYLiteral(Array(bytes[start..<dataOffset]))
        let fields = try literal.fields()
        guard let descr = fields.descr, let fortran = fields.fortranOrder, let shape = fields.shape else {
            throw Refusal(reason: "has an NPY header without descr, fortran_order and shape")
        }
        (element, isBigEndian) = try NPYHeader.type(descr)
        isFortranOrder = fortran
        self.shape = shape
    }

    private static func type(_ descr: String) throws(Refusal) -> (Element, isBigEndian: Bool) {
        if descr.hasSuffix("O") { throw Refusal(reason: "is an array of Python objects, which is never read") }
        let types = "bool, i1 to i8, u1 to u8, f2, f4 and f8 are read"
        guard let order = descr.first, "<>|=".contains(order),
            let element = Element(rawValue: String(descr.dropFirst()))
        else { throw Refusal(reason: "has elements of type \"\(descr.prefix(40))\"; \(types)") }
        return (element, order == ">")
    }
}
