/// Whether a request's head consists of nothing but lines with one CRLF at the end of each, told by where its parts lie.
///
/// libmicrohttpd also takes lines that end in LF alone, lets a NUL byte end a value, and continues a header on the next
/// line: by writing that over the header's value, so that a folded line makes a Content-Length vanish or appear. Another
/// server would read such a request differently. libmicrohttpd shows neither the lines nor their ends, but it leaves the
/// parts where they came in, except for those of a folded line. Two faults it leaves no trace of: a NUL byte in the place of
/// a CR, and a colon in that of the last one.
struct HeadLayout {
    private let start: UnsafeRawPointer
    /// Where the next part has to begin.
    private var next: UnsafeRawPointer
    private var isPlain: Bool

    /// A request line: method, target and version with one space between, each ended by a NUL in the place of what followed.
    init(
        method: UnsafeRawPointer, methodSize: Int, target: UnsafeRawPointer, targetSize: Int, version: UnsafeRawPointer
    ) {
        start = method
        isPlain = target == method + methodSize + 1 && version == target + targetSize + 1
        next = version + "HTTP/1.1".utf8.count + lineEnd
    }

    /// The next header. The value begins after the colon and white space, and ends with its line.
    mutating func add(name: UnsafeRawPointer, nameSize: Int, value: UnsafeRawPointer, valueSize: Int) {
        let afterColon = name + nameSize + 1
        guard isPlain, name == next, value >= afterColon,
            UnsafeRawBufferPointer(start: afterColon, count: value - afterColon).allSatisfy({ $0 == 0x20 || $0 == 0x09 }
            )
        else {
            isPlain = false
            return
        }
        next = value + valueSize + lineEnd
    }

    /// Whether all was as it should be, and the empty line ends a head of so many bytes.
    func isWhole(size: Int) -> Bool {
        isPlain && next + lineEnd == start + size
    }

    private let lineEnd = "\r\n".utf8.count
}
