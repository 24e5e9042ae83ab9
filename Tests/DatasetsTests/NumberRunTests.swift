import CNumberRuns
import Testing

/// Runs of numbers against numbers one by one, with every way to compare bytes that the processor has. One after the
/// other, for they change the way for all.
@Suite(.serialized) struct NumberRunTests {
    private struct Read: Equatable {
        var bits: [UInt64] = []
        var next = 0
        var isClosed = false
    }

    private func run(_ text: [UInt8], isJSON: Bool, most: Int) -> Read {
        var cells = [Double](repeating: .nan, count: most)
        return text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return Read() }
            let found = (isJSON ? number_run_json : number_run_csv)(
                start, start + text.count, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "\n"), &cells, most)
            return Read(
                bits: cells[..<found.count].map(\.bitPattern), next: found.next - start, isClosed: found.is_closed != 0)
        }
    }

    /// The same, byte by byte.
    private func naive(_ text: [UInt8], isJSON: Bool, most: Int) -> Read {
        var read = Read()
        while read.bits.count < most {
            var start = read.next
            if isJSON, start < text.count, text[start] == UInt8(ascii: " ") { start += 1 }
            guard let stop = text[start...].firstIndex(where: { ",]\n".utf8.contains($0) }), stop - start <= 20 else {
                return read
            }
            let word = String(decoding: text[start..<stop], as: UTF8.self)
            guard let number = plain(word, isJSON: isJSON) else { return read }
            read.bits.append(number.bitPattern)
            read.isClosed = text[stop] != UInt8(ascii: ",")
            read.next = read.isClosed ? stop : stop + 1
            if read.isClosed { return read }
        }
        return read
    }

    private func plain(_ word: String, isJSON: Bool) -> Double? {
        let digits = word.hasPrefix("-") ? word.dropFirst() : word[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard isPlain, parts.count <= 2 else { return nil }
        if parts.count == 1 {
            if parts[0].count > 16 { return nil }
        } else if parts[0].count > 8 || parts[0].count + parts[1].count > 15 {
            return nil
        }
        if isJSON, parts[0].count > 1, parts[0].hasPrefix("0") { return nil }
        return isJSON && parts.count == 1 ? Int(word).map(Double.init) : Double(word)
    }

    @Test(arguments: [Int32(0), 1, 2, 3])
    func runsAreNumbersOneByOne(_ level: Int32) {
        let used = number_run_use(level)
        defer { _ = number_run_use(3) }
        #expect(used <= level)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let digits = { (count: Int) in
                    String((0..<count).map { _ in Character("\(Int.random(in: 0...9, using: &random))") })
                }
                var word = Bool.random(using: &random) ? "-" : ""
                word += digits(Int.random(in: 1...(Bool.random(using: &random) ? 3 : 9), using: &random))
                if Bool.random(using: &random) { word += "." + digits(Int.random(in: 1...8, using: &random)) }
                switch Int.random(in: 0..<150, using: &random) {
                case 0: word = ["", "-", ".5", "5.", "1e5", "x", "--1", "1.2.3", "+1"].randomElement(using: &random)!
                case 1: word = digits(Int.random(in: 10...25, using: &random))
                case 2: word = "0." + digits(Int.random(in: 9...20, using: &random))
                case 3: word = ["0", "-0", "-0.0", "00", "0.0"].randomElement(using: &random)!
                case 4: word = " " + word
                default: break
                }
                text += word.utf8
                text += ([",", ",", ",", ",", ",", ", ", "]", "\n"].randomElement(using: &random)!).utf8
            }
            if Bool.random(using: &random) { text.removeLast() }
            let most = Int.random(in: 1...45, using: &random)
            for isJSON in [false, true] {
                #expect(
                    run(text, isJSON: isJSON, most: most) == naive(text, isJSON: isJSON, most: most),
                    "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }
}
