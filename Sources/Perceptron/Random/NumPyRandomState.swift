#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The numbers of NumPy's legacy `numpy.random.RandomState(seed)`: the Mersenne Twister MT19937 (Matsumoto and
/// Nishimura 1998, seeded by `init_genrand` of 2002) with NumPy's frozen `rand` and `randn` on top.
public struct NumPyRandomState: Sendable {
    private static let size = 624
    private static let middle = 397

    private var state: [UInt32]
    private var next = NumPyRandomState.size
    private var keptNormal: Double?

    /// What `numpy.random.seed(seed)` leaves behind.
    public init(seed: UInt32) {
        state = [seed]
        state.reserveCapacity(Self.size)
        var word = seed
        for i in 1..<UInt32(Self.size) {
            word = 1_812_433_253 &* (word ^ (word >> 30)) &+ i
            state.append(word)
        }
    }

    /// The next number of `rand`: 53 random bits, in [0, 1).
    public mutating func uniform() -> Double {
        let high = Double(word() >> 5)
        let low = Double(word() >> 6)
        return (high * 67_108_864 + low) / 9_007_199_254_740_992
    }

    /// The next number of `randn`: standard normal by Marsaglia's polar method, of whose pair NumPy hands out the
    /// second number first and keeps the first for the next call.
    public mutating func normal() -> Double {
        if let kept = keptNormal {
            keptNormal = nil
            return kept
        }
        while true {
            let x1 = 2 * uniform() - 1
            let x2 = 2 * uniform() - 1
            let radius = x1 * x1 + x2 * x2
            guard radius < 1, radius != 0 else { continue }
            let factor = (-2 * log(radius) / radius).squareRoot()
            keptNormal = factor * x1
            return factor * x2
        }
    }

    func write(to writer: StateWriter) {
        state.withUnsafeBufferPointer { words in
            if let base = words.baseAddress { writer.append(base, count: Self.size) }
        }
        writer.append(next)
        writer.append(keptNormal)
    }

    mutating func read(from reader: inout StateReader) throws(CheckpointError) {
        var words: [UInt32] = []
        for _ in 0..<Self.size { words.append(try reader.take()) }
        let next = try reader.take(in: 0...Self.size)
        (state, self.next, keptNormal) = (words, next, try reader.takeOptional())
    }

    private mutating func word() -> UInt32 {
        if next == Self.size { refill() }
        var y = state[next]
        next += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    private mutating func refill() {
        next = 0
        state.withUnsafeMutableBufferPointer { words in
            for i in 0..<Self.size {
                let following = i + 1 == Self.size ? 0 : i + 1
                let source = i + Self.middle < Self.size ? i + Self.middle : i + Self.middle - Self.size
                let joined = (words[i] & 0x8000_0000) | (words[following] & 0x7FFF_FFFF)
                words[i] = words[source] ^ (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
            }
        }
    }
}
