import CZlib

/// Makes the gzip form (RFC 1952) of bytes that come in pieces, by zlib at its fastest level: for documents made of numbers
/// the others take twice as long and more to save a tenth.
public final class GzipEncoder {
    /// zlib keeps a pointer to it: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let block: UnsafeMutableBufferPointer<UInt8>

    /// Nil where memory is lacking.
    public init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        block = .allocate(capacity: GzipEncoder.blockSize)
        // 15 bits of window and, by 16, a gzip header instead of zlib's own.
        let status = deflateInit2_(
            stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        isOpen = status == Z_OK
        guard isOpen else { return nil }
    }

    private let isOpen: Bool

    deinit {
        if isOpen { deflateEnd(stream) }
        stream.deallocate()
        block.deallocate()
    }

    /// Takes the next bytes, which are the last ones or not, and appends to `output` what is ready of the form; after the
    /// last ones nothing may come.
    public func encode(_ bytes: UnsafeRawBufferPointer, isLast: Bool, into output: inout [UInt8]) {
        var rest = bytes
        repeat {
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            // It does not write to its input, in spite of the type.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = uInt(piece.count)
            let flush = isLast && rest.isEmpty ? Z_FINISH : Z_NO_FLUSH
            repeat {
                stream.pointee.next_out = block.baseAddress
                stream.pointee.avail_out = uInt(block.count)
                // With a state that was opened it only ever says that all is done or that there is room or input lacking.
                _ = deflate(stream, flush)
                output.append(contentsOf: block.prefix(block.count - Int(stream.pointee.avail_out)))
            } while stream.pointee.avail_out == 0
        } while !rest.isEmpty
    }

    /// The gzip form of `bytes`; nil where memory is lacking.
    public static func encoded(_ bytes: [UInt8]) -> [UInt8]? {
        guard let encoder = GzipEncoder() else { return nil }
        var output: [UInt8] = []
        bytes.withUnsafeBytes { encoder.encode($0, isLast: true, into: &output) }
        return output
    }

    private static let blockSize = 32 << 10
}
