import Jobs

/// Decimal digits without the detour through strings: a line is written for every request.
enum Decimal {
    static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(number.magnitude, to: &bytes)
    }

    static func append(thousandths number: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(number.magnitude / 1_000, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        append(number.magnitude % 1_000, width: 3, to: &bytes)
    }

    static func append(_ number: UInt, width: Int, to bytes: inout [UInt8]) {
        var unit: UInt = 1
        for _ in 1..<width { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
    }

    private static func append(_ number: UInt, to bytes: inout [UInt8]) {
        var unit: UInt = 1
        while number / unit >= 10 { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
    }
}

extension Timestamp {
    /// The same bytes as `description`, for moments between 1970 and 9999.
    func write(to bytes: inout [UInt8]) {
        guard (0..<253_402_300_800_000).contains(milliseconds) else {
            return bytes.append(contentsOf: description.utf8)
        }
        let number = UInt(milliseconds)
        let time = number % 86_400_000
        // As in Timestamp.civilDate, without the signs.
        let day = number / 86_400_000 + 719_468
        let (era, dayOfEra) = (day / 146_097, day % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        Decimal.append(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), width: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.append(month, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.append(dayOfYear - (153 * fromMarch + 2) / 5 + 1, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        Decimal.append(time / 3_600_000, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Decimal.append(time / 60_000 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Decimal.append(time / 1_000 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Decimal.append(time % 1_000, width: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }
}
