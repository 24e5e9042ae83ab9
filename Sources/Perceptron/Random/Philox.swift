/// Philox 4x32 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four random words as a pure
/// function of a 64-bit key and a 128-bit counter, so that any number of any step can be had without the ones before.
/// Ten rounds, the authors' default; seven, the fewest that pass all their tests, for the many numbers of dropout and
/// augmentation.
public struct Philox: Sendable {
    /// What a stream of numbers is for; streams with different purposes never overlap.
    public enum Purpose: UInt32, Sendable {
        case initialWeights = 1
        case shuffle = 2
        case dropout = 3
        case split = 4
        case gradientCheckSample = 5
        case dropoutTies = 6
        case augmentation = 16
        case elasticField = 17
        case noise = 18

        @usableFromInline var rounds: Int {
            switch self {
            case .dropout, .dropoutTies, .elasticField, .noise: 7
            case .initialWeights, .shuffle, .split, .gradientCheckSample, .augmentation: 10
            }
        }
    }

    private let key: (UInt32, UInt32)
    private let purpose: Purpose

    /// The stream of `seed` for `purpose`.
    public init(seed: UInt64, purpose: Purpose) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.purpose = purpose
    }

    /// The four words at (`block`, `major`, `minor`): `block` counts within one use, `major` and `minor` say which
    /// (epoch and step, or layer).
    @inlinable
    public func words(block: UInt32, major: UInt32 = 0, minor: UInt32 = 0) -> SIMD4<UInt32> {
        Philox.rounds(SIMD4(block, minor, major, purposeWord), keyWords, count: roundCount)
    }

    @usableFromInline var keyWords: (UInt32, UInt32) { key }
    @usableFromInline var purposeWord: UInt32 { purpose.rawValue }
    @usableFromInline var roundCount: Int { purpose.rounds }

    /// The bare function: `count` rounds over `counter` with `key`.
    @inlinable
    public static func rounds(
        _ counter: SIMD4<UInt32>, _ key: (UInt32, UInt32), count: Int = 10
    ) -> SIMD4<UInt32> {
        // Scalars rather than a vector: the compiler keeps them in registers.
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
        var k0 = key.0
        var k1 = key.1
        for _ in 0..<count {
            let p0 = UInt64(0xD251_1F53) * UInt64(c0)
            let p1 = UInt64(0xCD9E_8D57) * UInt64(c2)
            c0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
            c1 = UInt32(truncatingIfNeeded: p1)
            c2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
            c3 = UInt32(truncatingIfNeeded: p0)
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }

    /// A permutation of 0..<count (Fisher–Yates, downwards, with Lemire's multiply-shift), the `major`-th of this
    /// stream. The bias of multiply-shift is below count / 2⁶⁴.
    public func permutation(_ count: Int, major: UInt32 = 0) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        shuffle(&order, major: major)
        return order
    }

    /// Puts `order` into a random order, the `major`-th of this stream.
    public func shuffle(_ order: inout [Int32], major: UInt32 = 0) {
        guard order.count > 1 else { return }
        order.withUnsafeMutableBufferPointer { rows in
            var block: UInt32 = 0
            var spare = SIMD4<UInt32>()
            var left = 0
            var i = rows.count - 1
            while i > 0 {
                if left == 0 {
                    spare = words(block: block, major: major)
                    block &+= 1
                    left = 2
                }
                left -= 1
                let draw = UInt64(spare[2 * left]) << 32 | UInt64(spare[2 * left + 1])
                let j = Int(draw.multipliedFullWidth(by: UInt64(i + 1)).high)
                rows.swapAt(i, j)
                i -= 1
            }
        }
    }
}
