import CKernels
import Perceptron
import Testing

/// The vectorised streams against `Philox`, word for word.
@Suite struct PhiloxKernelTests {
    @Test(arguments: ElementaryFunctionTests.instructionSets, [0, 1])
    func masksAreTheDocumentedNumbers(_ set: String, _ isDouble: Int32) throws {
        let kernels = try #require(ck_kernels_of(set, isDouble)).pointee
        let seed: UInt64 = 0x1234_5678_9ABC_DEF0
        for (first, rows, units) in [
            (0, 1, 1), (3, 1, 4), (1, 70, 10), (0, 9, 129), (7, 8, 3), (2_000_000_001, 5, 512), (64, 64, 20),
        ] {
            for keepProb in [0.6875, 0.86, 1e-6, 1 - 1e-6] {
                var mask = [UInt8](repeating: 9, count: rows * units)
                kernels.masks(&mask, seed, 77, 3, Int64(first), Int64(rows), Int32(units), keepProb)
                let expected = (first..<(first + rows)).flatMap { row in
                    (0..<units).map { unit in
                        let number = documentedMaskNumber(
                            seed: seed, step: 77, layer: 3, row: row, unit: unit, units: units)
                        return Double(number) < keepProb * 4_294_967_296 ? UInt8(1) : 0
                    }
                }
                #expect(mask == expected)
            }
        }
    }

    /// Enough numbers for hundreds of ties, each with both outcomes.
    @Test(arguments: ElementaryFunctionTests.instructionSets)
    func tiesAreSettledByTheLowerHalf(_ set: String) throws {
        let kernels = try #require(ck_kernels_of(set, 0)).pointee
        let (rows, units) = (20_000, 512)
        let keepProb = 0.5 + 0x1p-17
        var mask = [UInt8](repeating: 9, count: rows * units)
        kernels.masks(&mask, 5, 1, 2, 0, Int64(rows), Int32(units), keepProb)
        let stream = Philox(seed: 5, purpose: .dropout)
        var outcomes = [0, 0]
        for pair in 0..<(rows / 2) {
            for quad in 0..<(units / 4) {
                let words = stream.words(block: UInt32(pair * units / 4 + quad), major: 1, minor: 2)
                for word in 0..<4 {
                    for half in 0..<2 where words[word] >> UInt32(16 * half) & 0xFFFF == 0x8000 {
                        let (row, unit) = (2 * pair + half, 4 * quad + word)
                        let number = documentedMaskNumber(
                            seed: 5, step: 1, layer: 2, row: row, unit: unit, units: units)
                        let kept: UInt8 = Double(number) < keepProb * 4_294_967_296 ? 1 : 0
                        #expect(mask[row * units + unit] == kept)
                        outcomes[Int(kept)] += 1
                    }
                }
            }
        }
        #expect(outcomes[0] > 40 && outcomes[1] > 40)
    }

    @Test(arguments: ElementaryFunctionTests.instructionSets)
    func shufflesAreTheSameOnes(_ set: String) throws {
        let kernels = try #require(ck_kernels_of(set, 0)).pointee
        for count in [0, 1, 2, 3, 150, 255, 256, 257, 1000] {
            var order = (0..<Int32(count)).map { $0 }
            kernels.shuffle(&order, Int64(count), 99, 5)
            #expect(order == Philox(seed: 99, purpose: .shuffle).permutation(count, major: 5))
        }
    }
}
