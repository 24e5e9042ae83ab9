/// Eight bytes of text in one word, the first in the lowest byte, each "0" taken for zero: arithmetic on all at once.
enum DigitWord {
    /// The eight bytes at `at`; a digit becomes 0 to 9, any other byte more than 9.
    @inline(__always)
    static func load(_ at: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
    }

    /// The top bit of every byte that is no digit.
    @inline(__always)
    static func others(_ word: UInt64) -> UInt64 {
        (((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
    }

    /// The number that eight digits spell: pairs, then fours, then all.
    @inline(__always)
    static func value(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ (digits &>> 8)
        let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let high = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (low &+ high) &>> 32
    }
}

/// Searches text eight bytes at a time.
enum ByteSearch {
    /// A word with `byte` in all places.
    @inline(__always)
    static func pattern(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    @inline(__always)
    static func load(_ at: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
    }

    /// Not zero if `word` has a byte of `pattern`; the lowest bit set is in the first such byte.
    @inline(__always)
    static func hits(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let difference = word ^ pattern
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }
}
