/// A size of text in pixels.
struct Font: Equatable {
    static let title = Font(size: 17, isBold: true)
    static let heading = Font(size: 13, isBold: true)
    static let label = Font(size: 13, isBold: false)
    static let tick = Font(size: 12, isBold: false)

    let size: Double
    let isBold: Bool

    /// From the baseline up to half the height of a capital letter.
    var middle: Double { size * 0.36 }
    /// From one baseline to the next.
    var leading: Double { (size * 1.35).rounded() }
}

/// Which point of a text stands at its place.
enum TextAnchor {
    case start
    case middle
    case end
}

extension String {
    /// This text on one line: control characters become spaces, since C would end at NUL and fonts draw boxes for the
    /// others. Text longer than any chart is wide is cut.
    var onOneLine: String {
        var line = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(2000) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
            case .unassigned, .privateUse, .surrogate: line.append("\u{FFFD}")
            default: line.append(scalar)
            }
        }
        return String(line)
    }
}

extension Canvas {
    /// `text` on one line, cut with an ellipsis where it is wider than `limit`.
    func fitted(_ text: String, _ font: Font, within limit: Double) -> String {
        let whole = text.onOneLine
        if width(of: whole, font) <= limit { return whole }
        let characters = Array(whole)
        var (fits, tooMany) = (0, characters.count)
        while tooMany - fits > 1 {
            let count = (fits + tooMany) / 2
            if width(of: String(characters[..<count]) + "…", font) <= limit { fits = count } else { tooMany = count }
        }
        return fits == 0 ? "" : String(characters[..<fits]) + "…"
    }

    /// `text` broken between words into lines no wider than `limit`; what is left after the last line is cut.
    func wrapped(_ text: String, _ font: Font, within limit: Double, lines: Int) -> [String] {
        guard lines > 0 else { return [] }
        let words = text.onOneLine.split(separator: " ")
        var broken: [String] = []
        var line = ""
        for (index, word) in words.enumerated() {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if line.isEmpty || width(of: longer, font) <= limit {
                line = longer
                continue
            }
            if broken.count == lines - 1 {
                line += " " + words[index...].joined(separator: " ")
                break
            }
            broken.append(fitted(line, font, within: limit))
            line = String(word)
        }
        if !line.isEmpty { broken.append(fitted(line, font, within: limit)) }
        return broken
    }
}
