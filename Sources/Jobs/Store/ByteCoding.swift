/// Appends fixed-width little-endian values to bytes that a store keeps. Doubles keep their bits, NaN's included,
/// which a database's own numbers would not.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func append(_ value: UInt8) { bytes.append(value) }

    mutating func append(_ value: Int) {
        withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Double) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads what `ByteWriter` wrote; every read checks that the bytes are there.
struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() throws(StoreError) -> UInt8 {
        guard offset < bytes.count else { throw .corrupt("a stored value is too short") }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func integer() throws(StoreError) -> Int { Int(Int64(bitPattern: try word())) }

    mutating func double() throws(StoreError) -> Double { Double(bitPattern: try word()) }

    private mutating func word() throws(StoreError) -> UInt64 {
        guard bytes.count - offset >= 8 else { throw .corrupt("a stored value is too short") }
        defer { offset += 8 }
        return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }
}
