import Evaluation
import Testing

struct HardExamplesTests {
    @Test(arguments: 0..<30 as Range<UInt64>)
    func theKeptExamplesAreThoseThatSortingWouldPutFirst(seed: UInt64) {
        var random = SeededGenerator(seed)
        let limit = Int.random(in: 0...12, using: &random)
        var hard = HardExamples(limit: limit)
        // Few different losses, so that the order of equal ones counts.
        let losses = (0..<50).map { _ in Double(Int.random(in: 0...8, using: &random)) }
        for (place, loss) in losses.enumerated() { hard.add(place: place, loss: loss, target: 0, outputs: [loss]) }
        let sorted = losses.indices.sorted { losses[$0] == losses[$1] ? $0 < $1 : losses[$0] > losses[$1] }
        #expect(hard.examples.map(\.place) == Array(sorted.prefix(limit)))
        #expect(hard.examples.map(\.outputs) == sorted.prefix(limit).map { [losses[$0]] })
    }

    @Test func aLossThatIsNoNumberIsTheHardest() {
        var hard = HardExamples(limit: 2)
        for (place, loss) in [1.0, .nan, 5, .infinity, 7].enumerated() {
            hard.add(place: place, loss: loss, target: 0, outputs: [])
        }
        #expect(hard.examples.map(\.place) == [1, 3])
    }
}
