import Testing
import TrainingAPI

struct EntityTagTests {
    private static let tag = EntityTag(text: "\"abc\"")

    @Test(arguments: [
        ["\"abc\""], ["*"], ["W/\"abc\""], ["\"x\", \"abc\""], ["\"x\",\"abc\" , \"y\""], ["\"x\"", "\"abc\""],
        [",, \"abc\" ,"], ["\"a,b\", \"abc\""], ["W/\"x\", W/\"abc\""], ["\"é\", \"abc\""], ["\"\", \"abc\""],
    ])
    func aListThatNamesTheTagMatchesWeakly(values: [String]) {
        #expect(EntityTagCondition.matches(Self.tag, in: values))
    }

    @Test(arguments: [
        [], [""], [","], ["abc"], ["\"abc"], ["abc\""], ["\"ABC\""], ["\"abc-gzip\""], ["w/\"abc\""], ["W/ \"abc\""],
        ["\"abc\" \"x\""], ["\"abc\"x"], ["x, \"abc\""], ["\"abc\", x"], ["\"abc\";q=1"], ["\"x\", *"],
        ["\"a b\", \"abc\""], ["*", "\"x\""], ["'abc'"], ["\"x\"", "nonsense", "\"abc\""],
    ])
    func whatIsMalformedOrNamesOthersDoesNotMatch(values: [String]) {
        #expect(!EntityTagCondition.matches(Self.tag, in: values))
    }

    @Test func otherBytesHaveAnotherTag() {
        let tag = EntityTag(of: Array("a".utf8))
        #expect(tag == EntityTag(of: Array("a".utf8)))
        #expect(tag != EntityTag(of: Array("b".utf8)))
        #expect(tag != tag.coded("gzip"))
        #expect(tag.coded("gzip").text.hasSuffix("-gzip\""))
    }
}
