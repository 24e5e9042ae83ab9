import CCairo

/// The bytes a surface writes. It outlives the surface, which has no other way to report them.
final class ByteSink {
    private(set) var bytes: [UInt8] = []

    func append(_ data: UnsafePointer<UInt8>?, _ count: UInt32) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
    }

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

/// cairo_write_func_t. The context is a ByteSink that the caller keeps alive.
private func write(
    _ context: UnsafeMutableRawPointer?, _ data: UnsafePointer<UInt8>?, _ count: UInt32
) -> cairo_status_t {
    guard let context else { return CAIRO_STATUS_WRITE_ERROR }
    Unmanaged<ByteSink>.fromOpaque(context).takeUnretainedValue().append(data, count)
    return CAIRO_STATUS_SUCCESS
}

/// A cairo surface, the only owner of its handle.
struct ImageSurface: ~Copyable {
    private let handle: OpaquePointer
    private let sink = ByteSink()

    /// Pixels in memory.
    init(pixelsWide width: Int, high height: Int) throws(ChartError) {
        handle = try Self.checked(cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)))
    }

    /// Vectors, written to the sink when finished.
    init(vectorsWide width: Int, high height: Int) throws(ChartError) {
        handle = try Self.checked(
            cairo_svg_surface_create_for_stream(write, sink.context, Double(width), Double(height)))
    }

    deinit { cairo_surface_destroy(handle) }

    private static func checked(_ handle: OpaquePointer?) throws(ChartError) -> OpaquePointer {
        guard let handle else { throw .drawing("no surface") }
        let status = cairo_surface_status(handle)
        guard status == CAIRO_STATUS_SUCCESS else {
            cairo_surface_destroy(handle)
            throw ChartError(status)
        }
        return handle
    }

    /// A drawing context on this surface; the caller destroys it.
    borrowing func makeContext() throws(ChartError) -> OpaquePointer {
        guard let context = cairo_create(handle) else { throw .drawing("no context") }
        let status = cairo_status(context)
        guard status == CAIRO_STATUS_SUCCESS else {
            cairo_destroy(context)
            throw ChartError(status)
        }
        return context
    }

    /// The pixels as a PNG file.
    borrowing func png() throws(ChartError) -> [UInt8] {
        let status = cairo_surface_write_to_png_stream(handle, write, sink.context)
        guard status == CAIRO_STATUS_SUCCESS else { throw ChartError(status) }
        return sink.bytes
    }

    /// The vectors as the drawing library writes them. Nothing can be drawn afterwards.
    borrowing func svg() throws(ChartError) -> [UInt8] {
        cairo_surface_finish(handle)
        let status = cairo_surface_status(handle)
        guard status == CAIRO_STATUS_SUCCESS else { throw ChartError(status) }
        return sink.bytes
    }
}

extension ChartError {
    /// The library's own words for a status.
    init(_ status: cairo_status_t) {
        self = .drawing(cairo_status_to_string(status).map { String(cString: $0) } ?? "status \(status.rawValue)")
    }
}
