import JSONDocument
import Testing

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func membersKeepTheirOrderAndCommas() {
        let written = text { json in
            json.object { json in
                json.member("b", 1)
                json.array("a") { json in
                    json.value("x")
                    json.null()
                    json.object { _ in }
                    json.array { _ in }
                }
                json.member("none", nil as String?)
                json.name("raw")
                json.raw(Array("[1]".utf8))
            }
        }
        #expect(written == "{\"b\":1,\"a\":[\"x\",null,{},[]],\"none\":null,\"raw\":[1]}")
    }

    @Test func stringsReadBackAsTheyWere() throws {
        let strings = ["", "\"\\/", "\n\r\t\u{0}\u{1f}", "héllo", "日本 🎉", "\u{7f}\u{2028}"]
        let written = text { json in json.array { json in for string in strings { json.value(string) } } }
        let read = try JSONDocument.parse(Array(written.utf8)).root.elements.map(\.string)
        #expect(read == strings)
    }

    @Test func doublesReadBackToTheSameBits() throws {
        var generator = SystemRandomNumberGenerator()
        var numbers: [Double] = [
            0, -0.0, 0.1, 1e22, 1e23, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .leastNormalMagnitude, 1 / 3,
        ]
        while numbers.count < 20_000 {
            let number = Double(bitPattern: generator.next())
            if number.isFinite { numbers.append(number) }
        }
        let written = text { json in json.array { json in for number in numbers { json.value(number) } } }
        let read = try JSONDocument.parse(Array(written.utf8)).root.elements.map { $0.number?.bitPattern }
        #expect(read == numbers.map(\.bitPattern))
    }

    @Test func floatsReadBackToTheSameBits() throws {
        var generator = SystemRandomNumberGenerator()
        var numbers: [Float] = [0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 16_777_216]
        while numbers.count < 20_000 {
            let number = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            if number.isFinite { numbers.append(number) }
        }
        let written = text { json in json.array { json in for number in numbers { json.value(number) } } }
        let read = try JSONDocument.parse(Array(written.utf8)).root.elements.map {
            $0.number.map { Float($0).bitPattern }
        }
        #expect(read == numbers.map(\.bitPattern))
    }

    @Test func whatJSONLacksBecomesNull() {
        #expect(
            text { json in
                json.array {
                    $0.value(Double.nan); $0.value(-Double.infinity); $0.value(Float.nan)
                }
            } == "[null,null,null]")
    }

    @Test func wholeNumbersKeepAllDigits() {
        #expect(
            text { json in
                json.array {
                    $0.value(UInt64.max); $0.value(Int64.min)
                }
            } == "[18446744073709551615,-9223372036854775808]")
    }

    @Test func drainedPartsJoinToTheText() {
        var json = JSONWriter()
        json.open(UInt8(ascii: "["))
        json.value(1)
        var parts = json.drain()
        json.value(2)
        json.close(UInt8(ascii: "]"))
        parts += json.drain()
        #expect(String(decoding: parts, as: UTF8.self) == "[1,2]")
    }

    /// The standard library's `description` is the second truth: it too is the nearest of the shortest.
    @Test func numbersAreTheShortestDecimals() {
        var generator = SystemRandomNumberGenerator()
        var numbers: [Double] = [0, -0.0, .nan, .infinity, -.infinity, 0x1p53, Double(0x1p53).nextUp]
        numbers += [.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
        for exponent in -330...310 {
            numbers.append(Double("1e\(exponent)") ?? .nan)
            numbers.append(Double("-123456789012345678e\(exponent)") ?? .nan)
        }
        for exponent in 0..<62 {
            let power = Double(1 << exponent)
            numbers += [power, power - 1, 1 / power]
        }
        for _ in 0..<200_000 {
            numbers.append(Double(bitPattern: generator.next()))
            numbers.append(Double(Int.random(in: -100_000...100_000)) / 1000)
        }
        let floats: [Float] = numbers.flatMap {
            [Float($0), Float(bitPattern: UInt32(truncatingIfNeeded: $0.bitPattern))]
        }
        #expect(differences(numbers, text { json in numbers.withUnsafeBufferPointer { json.values($0) } }) == [])
        #expect(differences(floats, text { json in floats.withUnsafeBufferPointer { json.values($0) } }) == [])
    }

    /// The texts in `written` that are not their numbers' descriptions, with these.
    private func differences<Number: BinaryFloatingPoint & CustomStringConvertible>(
        _ numbers: [Number], _ written: String
    ) -> [String] {
        zip(numbers, written.split(separator: ",")).compactMap { number, text in
            let described = number.isFinite ? number.description : "null"
            return described == text ? nil : "\(text) for \(described)"
        }
    }
}
