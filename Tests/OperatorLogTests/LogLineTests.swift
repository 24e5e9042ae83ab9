import JSONDocument
import Jobs
import OperatorLog
import Testing

@Suite struct LogLineTests {
    private func line(
        _ format: LogFormat, _ message: String, at milliseconds: Int64 = 0, _ add: (inout LogLine) -> Void = { _ in }
    ) -> String {
        var line = LogLine(
            format, at: Timestamp(milliseconds: milliseconds), level: "info", message: message)
        add(&line)
        return String(decoding: line.finish(), as: UTF8.self)
    }

    @Test func textHasTimeLevelMessageAndFields() {
        let text = line(.text, "request") { line in
            line.add("status", 200)
            line.add("ms", thousandths: 1_045)
            line.add("target", "/a b")
            line.add("name", "plain")
            line.add("empty", "")
        }
        #expect(
            text == "1970-01-01T00:00:00.000Z info request status=200 ms=1.045 target=\"/a b\" name=plain empty=\"\"\n")
    }

    @Test func jsonIsOneObject() throws {
        let text = line(.json, "say \"no\"\n") { line in
            line.add("count", -12)
            line.add("ms", thousandths: 7)
            line.add("path", #"C:\x"#)
        }
        let node = try JSONDocument.parse(Array(text.utf8)).root
        #expect(node["message"]?.string == "say \"no\"\n")
        #expect(node["count"]?.integer == -12)
        #expect(node["ms"]?.number == 0.007)
        #expect(node["path"]?.string == #"C:\x"#)
        #expect(node["level"]?.string == "info")
        #expect(text.hasSuffix("}\n") && !text.dropLast().contains("\n"))
    }

    @Test func numbersAndFlagsAreNoStringsInJSON() throws {
        let add: (inout LogLine) -> Void = { line in
            line.add("seconds", 0.000_02)
            line.add("whole", 5.0)
            line.add("large", 1e300)
            line.add("aborted", true)
            line.add("none", Double.nan)
        }
        let node = try JSONDocument.parse(Array(line(.json, "m", add).utf8)).root
        #expect(node["seconds"]?.number == 0.000_02 && node["whole"]?.number == 5 && node["large"]?.number == 1e300)
        #expect(node["aborted"]?.boolean == true)
        #expect(node["none"]?.string == "nan")
        #expect(line(.text, "m", add).hasSuffix(" seconds=2e-05 whole=5.0 large=1e+300 aborted=true none=nan\n"))
    }

    @Test(arguments: LogFormat.allCases)
    func noTextCanEndItsLineOrSteerATerminal(format: LogFormat) throws {
        for value in (0...0x2FF).map({ UInt32($0) }) + [0x2028, 0x2029, 0x202E, 0x2066, 0xFEFF, 0x1F600] {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a\(scalar)b"
            let whole = line(format, text) { $0.add("field", text) }
            for scalar in whole.dropLast().unicodeScalars {
                let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                #expect(!isControl && ![0x2028, 0x2029, 0x202E, 0x2066, 0xFEFF].contains(scalar.value), "\(value)")
            }
            guard format == .json else { continue }
            let node = try JSONDocument.parse(Array(whole.utf8)).root
            #expect(node["field"]?.string == text && node["message"]?.string == text, "\(value)")
        }
    }

    @Test func aFieldsNameCannotBreakTheLineEither() {
        #expect(line(.text, "m") { $0.add("a=b c\n", "v") } == "1970-01-01T00:00:00.000Z info m a_b_c_=v\n")
    }

    @Test func timesAreThoseOfTimestamps() {
        var generator = SystemRandomNumberGenerator()
        let special: [Int64] = [0, 951_782_399_999, 951_782_400_000, 1_709_251_199_007, 253_402_300_799_999, -1]
        for moment in special + (0..<2_000).map({ _ in Int64.random(in: 0..<4_102_444_800_000, using: &generator) }) {
            let expected = Timestamp(milliseconds: moment).description
            #expect(line(.text, "m", at: moment) == "\(expected) info m\n")
        }
    }

    @Test func numbersOfAllSizesAreWritten() {
        for number in [0, 9, 10, 99, 100, -1, -100, Int.max, Int.min] {
            #expect(line(.text, "m") { $0.add("n", number) }.hasSuffix(" n=\(number)\n"))
        }
    }
}
