import Glibc

/// A colour in sRGB, each channel from 0 to 1.
package struct Color: Sendable, Equatable {
    package let red: Double
    package let green: Double
    package let blue: Double

    /// From 0xRRGGBB.
    package init(_ hex: UInt32) {
        red = Double(hex >> 16 & 0xFF) / 255
        green = Double(hex >> 8 & 0xFF) / 255
        blue = Double(hex & 0xFF) / 255
    }

    package init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// This colour with `share` of `other` in it.
    package func mixed(with other: Color, share: Double) -> Color {
        Color(
            red: red + (other.red - red) * share, green: green + (other.green - green) * share,
            blue: blue + (other.blue - blue) * share)
    }

    /// Relative luminance of WCAG 2, from 0 to 1.
    package var luminance: Double {
        func linear(_ channel: Double) -> Double {
            channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio of WCAG 2, from 1 to 21.
    package func contrast(with other: Color) -> Double {
        let (dark, light) = (min(luminance, other.luminance), max(luminance, other.luminance))
        return (light + 0.05) / (dark + 0.05)
    }
}

/// Colours in a row, mixed between neighbours.
package struct ColorRamp: Sendable {
    /// Dark blue over grey to yellow, for readers who confuse red and green: Nuñez, Anderton & Renslow (2018).
    package static let cividis = ColorRamp(
        [0x00204D, 0x31446B, 0x666970, 0x958F78, 0xCBBA69, 0xFFEA46].map(Color.init))

    let stops: [Color]

    package init(_ stops: [Color]) { self.stops = stops }

    /// The colour at `place` from 0 to 1; places outside get the colour of the end.
    package func color(at place: Double) -> Color {
        let last = stops.count - 1
        let scaled = min(max(place, 0), 1) * Double(last)
        let index = min(Int(scaled), last - 1)
        return stops[index].mixed(with: stops[index + 1], share: scaled - Double(index))
    }
}
