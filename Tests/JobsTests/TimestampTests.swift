import Jobs
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_399_007, "2000-02-28T23:59:59.007Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
        (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func aMomentIsPrintedAsRFC3339(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func theClockIsTheSystemsWallClock() {
        let (first, second) = (Timestamp.now(), Timestamp.now())
        #expect(first.description > "2024")
        #expect(second.seconds(since: first) >= 0)
        #expect(Timestamp(milliseconds: 2_500).seconds(since: Timestamp(milliseconds: 1_000)) == 1.5)
    }
}
