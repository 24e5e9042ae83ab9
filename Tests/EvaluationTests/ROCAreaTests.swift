import Evaluation
import Testing

struct ROCAreaTests {
    @Test(arguments: 0..<50 as Range<UInt64>)
    func theAreaIsTheShareOfOrderedPairs(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let count = Int.random(in: 2...40, using: &random)
        // Few different scores, so that many are tied.
        let scores = (0..<count).map { _ in Double(Int.random(in: 0...5, using: &random)) / 5 }
        let labels = (0..<count).map { _ in Bool.random(using: &random) }
        let weights = (0..<count).map { _ in seed % 2 == 0 ? 1 : Double.random(in: 0.1...3, using: &random) }
        var (ordered, pairs) = (0.0, 0.0)
        for positive in 0..<count where labels[positive] {
            for negative in 0..<count where !labels[negative] {
                let weight = weights[positive] * weights[negative]
                pairs += weight
                if scores[positive] > scores[negative] { ordered += weight }
                if scores[positive] == scores[negative] { ordered += weight / 2 }
            }
        }
        let area = rocArea(scores: scores, isPositive: { labels[$0] }, weights: seed % 2 == 0 ? nil : weights)
        if pairs == 0 {
            #expect(area == nil)
        } else {
            #expect(abs(try #require(area) - ordered / pairs) < 1e-12)
        }
    }

    @Test func oneClassAloneHasNoArea() {
        #expect(rocArea(scores: [0.1, 0.9], isPositive: { _ in true }) == nil)
        #expect(rocArea(scores: [0.1, 0.9], isPositive: { _ in false }) == nil)
        #expect(rocArea(scores: [], isPositive: { _ in true }) == nil)
    }
}

/// Numbers of a test's own, the same in every run (SplitMix64, Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
