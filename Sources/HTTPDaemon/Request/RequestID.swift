import Glibc
import Synchronization

/// The names of requests, by which a client's complaint, an answer and a line of the log find each other.
enum RequestID {
    /// Longest name that is taken from a client.
    static let longest = 128

    /// The client's own name for its request, if it sent one that is fit for a log; otherwise a new one.
    static func of(_ headers: HTTPHeaders) -> String {
        var given: String?
        for field in headers.fields where field.name.equalsIgnoringASCIICase("X-Request-Id") {
            if given != nil { return next() }
            given = field.value
        }
        guard let given, isFit(given) else { return next() }
        return given
    }

    /// A new name: seven characters of this process's own, eight that count. Fifteen are what a string holds without memory
    /// of its own.
    static func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 15) { buffer in
            write(process, 7, to: buffer, at: 0)
            write(number, 8, to: buffer, at: 7)
            return 15
        }
    }

    private static let process = UInt64.random(in: .min ... .max)
    private static let counter = Atomic<UInt64>(0)

    private static func write(
        _ number: UInt64, _ count: Int, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = number
        for place in stride(from: start + count - 1, through: start, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest & 31)
            buffer[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest >>= 5
        }
    }

    private static func isFit(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }
}
