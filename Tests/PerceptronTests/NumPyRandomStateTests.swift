import Foundation
import Perceptron
import Testing

/// NumPy's legacy generator against numbers that NumPy itself wrote down.
@Suite struct NumPyRandomStateTests {
    struct Golden: Decodable {
        struct Stream: Decodable, CustomTestStringConvertible {
            let seed: UInt32
            let rand, randn, mixed: [Double]
            let rand_fnv, randn_fnv: String

            var testDescription: String { "seed \(seed)" }
        }

        let count: Int
        let streams: [Stream]

        static let file: Golden? = {
            let url = GoldenCase.folder.appending(path: "numpy_random_state.json")
            return try? JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        }()
    }

    @Test func theGoldenFileCoversTheSmallestAndTheLargestSeed() throws {
        let golden = try #require(Golden.file)
        #expect(golden.count == 5000)
        #expect(Set([0, 1, 3, UInt32.max]).isSubset(of: Set(golden.streams.map(\.seed))))
    }

    @Test(arguments: Golden.file?.streams ?? [])
    func uniformNumbersAreNumPysToTheLastBit(_ stream: Golden.Stream) {
        var state = NumPyRandomState(seed: stream.seed)
        let numbers = (0..<5000).map { _ in state.uniform() }
        #expect(Array(numbers.prefix(stream.rand.count)) == stream.rand)
        #expect(fingerprint(numbers) == stream.rand_fnv)
    }

    @Test(arguments: Golden.file?.streams ?? [])
    func normalNumbersAreNumPysToTheLastBit(_ stream: Golden.Stream) {
        var state = NumPyRandomState(seed: stream.seed)
        let numbers = (0..<5000).map { _ in state.normal() }
        #expect(Array(numbers.prefix(stream.randn.count)) == stream.randn)
        #expect(fingerprint(numbers) == stream.randn_fnv)
    }

    @Test(arguments: Golden.file?.streams ?? [])
    func theKeptNormalNumberOutlivesUniformOnes(_ stream: Golden.Stream) {
        var state = NumPyRandomState(seed: stream.seed)
        var numbers: [Double] = []
        for _ in 0..<(stream.mixed.count / 4) {
            numbers += [state.normal(), state.uniform(), state.normal(), state.normal()]
        }
        #expect(numbers == stream.mixed)
    }

    @Test func aCopyGoesItsOwnWay() {
        var state = NumPyRandomState(seed: 7)
        _ = state.normal()
        var copy = state
        let ahead = (0..<1000).map { _ in state.normal() }
        #expect((0..<1000).map { _ in copy.normal() } == ahead)
    }

    /// FNV-1a, 64 bits, over the numbers' little-endian bytes: the golden file's.
    private func fingerprint(_ numbers: [Double]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for number in numbers {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes in
                for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            }
        }
        return String(hash, radix: 16)
    }
}
