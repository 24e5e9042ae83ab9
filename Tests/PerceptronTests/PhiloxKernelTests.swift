import CKernels
import Perceptron
import Testing

/// The vectorised streams against `Philox`, word for word.
@Suite struct PhiloxKernelTests {
    @Test(arguments: ElementaryFunctionTests.instructionSets, [0, 1])
    func masksAreTheStreamsWords(_ set: String, _ isDouble: Int32) throws {
        let kernels = try #require(ck_kernels_of(set, isDouble)).pointee
        let seed: UInt64 = 0x1234_5678_9ABC_DEF0
        let philox = Philox(seed: seed, purpose: .dropout)
        let threshold: UInt32 = 0xB000_0000
        for (first, count) in [(0, 4), (3, 1), (1, 700), (4_000_000_000, 1003), (0x3_FFFF_FFFC, 9)] {
            var mask = [UInt8](repeating: 9, count: count)
            kernels.masks(&mask, seed, 77, 3, Int64(first), Int64(count), threshold)
            let expected = (first..<(first + count)).map { element in
                let words = philox.words(block: UInt32(truncatingIfNeeded: element >> 2), major: 77, minor: 3)
                return words[element & 3] < threshold ? UInt8(1) : 0
            }
            #expect(mask == expected)
        }
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
