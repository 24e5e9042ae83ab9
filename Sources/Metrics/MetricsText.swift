/// Metrics in Prometheus' text format, version 0.0.4: families, each with a line of help and its samples.
public struct MetricsText {
    /// What a family is.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// Names and values that tell samples of a family apart.
    public typealias Labels = [(name: String, value: String)]

    /// The media type of the text.
    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text so far.
    public private(set) var bytes: [UInt8] = []
    private var family = ""

    /// No text.
    public init() {}

    /// Begins a family; its samples follow.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        put("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
    }

    /// A sample of the family that was begun last.
    public mutating func sample(_ value: Int, _ labels: Labels = []) { sample(String(value), labels) }

    /// A sample of the family that was begun last.
    public mutating func sample(_ value: Double, _ labels: Labels = []) {
        sample(MetricsText.decimal(value), labels)
    }

    /// The samples of a histogram.
    public mutating func sample(_ reading: Histogram.Reading, _ labels: Labels = []) {
        for (place, count) in reading.counts.enumerated() {
            let bound = place < reading.bounds.count ? MetricsText.decimal(reading.bounds[place]) : "+Inf"
            sample(String(count), labels + [("le", bound)], suffix: "_bucket")
        }
        sample(MetricsText.decimal(reading.sum), labels, suffix: "_sum")
        sample(String(reading.count), labels, suffix: "_count")
    }

    /// A family of one sample.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help)
        sample(value)
    }

    /// A family of one sample.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help)
        sample(value)
    }

    /// A family of one histogram.
    public mutating func single(_ name: String, _ help: String, _ reading: Histogram.Reading) {
        family(name, .histogram, help)
        sample(reading)
    }

    private mutating func sample(_ value: String, _ labels: Labels, suffix: String = "") {
        put(family)
        put(suffix)
        if !labels.isEmpty {
            put("{")
            for (place, label) in labels.enumerated() {
                put(place == 0 ? "\(label.name)=\"" : ",\(label.name)=\"")
                putEscaped(label.value)
                put("\"")
            }
            put("}")
        }
        put(" \(value)\n")
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func putEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): put(#"\\"#)
            case UInt8(ascii: "\""): put(#"\""#)
            case UInt8(ascii: "\n"): put(#"\n"#)
            default: bytes.append(byte)
            }
        }
    }

    /// Whole numbers without a fraction, as Prometheus itself writes bounds.
    private static func decimal(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return String(value)
    }
}
