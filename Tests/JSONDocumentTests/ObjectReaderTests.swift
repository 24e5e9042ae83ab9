import JSONDocument
import Testing

@Suite struct ObjectReaderTests {
    private enum Color: String, CaseIterable { case red, green }

    private func faults(_ text: String, _ read: (inout ObjectReader) -> Void) throws -> [Fault] {
        let collector = FaultCollector()
        var reader = ObjectReader(try JSONDocument.parse(Array(text.utf8)).root, at: "/a", faults: collector)
        read(&reader)
        reader.finish()
        return collector.faults
    }

    @Test func allFaultsAreReportedAtOnceWithPointers() throws {
        let found = try faults("{\"n\": 0, \"c\": \"blue\", \"s\": 1, \"b\": 0, \"r\": \"x\", \"new~/\": 1}") {
            reader in
            _ = reader.integer("n", in: 1...9)
            let color: Color? = reader.choice("c")
            #expect(color == nil)
            _ = reader.string("s")
            _ = reader.boolean("b")
            _ = reader.number("r", "above 0") { $0 > 0 }
            _ = reader.required("gone")
        }
        #expect(found.map(\.pointer) == ["/a/n", "/a/c", "/a/s", "/a/b", "/a/r", "/a/gone", "/a/new~0~1"])
        #expect(found[0].detail == "must be from 1 to 9, not 0")
        #expect(found[1].detail == "must be one of \"red\", \"green\", not \"blue\"")
        #expect(found[5].detail == "is required")
        #expect(found[6].detail.hasPrefix("is not a known field"))
    }

    @Test func legalMembersAreRead() throws {
        let found = try faults("{\"n\": 3, \"c\": \"red\", \"u\": 18446744073709551615, \"z\": null}") { reader in
            #expect(reader.integer("n", in: 1...9) == 3)
            #expect(reader.choice("c", of: Color.self) == .red)
            #expect(reader.unsigned("u") == .max)
            #expect(reader.value("z") == nil)
            #expect(reader.value("z", nullIsAbsent: false) != nil)
        }
        #expect(found.isEmpty)
    }

    @Test func anythingButAnObjectIsAFault() throws {
        #expect(try faults("[1]") { _ in } == [Fault(pointer: "/a", detail: "must be an object, not an array")])
    }

    @Test func aMemberGivenTwiceIsAFault() throws {
        let found = try faults("{\"n\": 1, \"n\": 2}") { reader in _ = reader.integer("n", in: 1...9) }
        #expect(found == [Fault(pointer: "/a/n", detail: "appears more than once")])
    }

    @Test func faultsAreBounded() {
        let collector = FaultCollector()
        for _ in 0..<1_000 { collector.add("/x", "bad") }
        #expect(collector.faults.count == FaultCollector.limit)
        #expect(throws: Faults.self) { try collector.throwIfAny() }
    }
}
