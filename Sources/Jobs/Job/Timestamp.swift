import Glibc

/// A moment in UTC with millisecond precision, as the contract prints it.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    /// The moment `milliseconds` after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The system's wall clock: the default clock of stores, which take another one for tests.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Seconds from `earlier` to this moment; negative when the wall clock was set back in between.
    public func seconds(since earlier: Timestamp) -> Double {
        Double(milliseconds - earlier.milliseconds) / 1_000
    }

    /// Earlier moments come first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// RFC 3339 in UTC with milliseconds, such as `2024-02-29T23:59:59.007Z`.
    public var description: String {
        let (days, time) = milliseconds.flooredDivision(by: 86_400_000)
        let date = Timestamp.civilDate(daysSinceEpoch: days)
        let parts: [(number: Int64, width: Int, after: Character)] = [
            (date.month, 2, "-"), (date.day, 2, "T"), (time / 3_600_000, 2, ":"), (time / 60_000 % 60, 2, ":"),
            (time / 1_000 % 60, 2, "."), (time % 1_000, 3, "Z"),
        ]
        let year = String(date.year)
        var text: [UInt8] = Array(repeating: UInt8(ascii: "0"), count: max(0, 4 - year.utf8.count)) + year.utf8
        text.append(UInt8(ascii: "-"))
        for part in parts {
            if part.width == 3 { text.append(UInt8(ascii: "0") + UInt8(part.number / 100)) }
            text.append(UInt8(ascii: "0") + UInt8(part.number / 10 % 10))
            text.append(UInt8(ascii: "0") + UInt8(part.number % 10))
            text.append(contentsOf: part.after.utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The proleptic Gregorian date `days` after 1970-01-01. Eras of 400 years that begin on 1 March, so that the leap
    /// day is a year's last. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    private static func civilDate(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Quotient rounded down and the remainder that goes with it, in 0..<divisor.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
