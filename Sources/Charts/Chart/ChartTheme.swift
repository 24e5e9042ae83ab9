/// On what ground a chart is drawn.
public enum ChartTheme: String, CaseIterable, Sendable {
    /// Dark ink on white.
    case light
    /// Light ink on near black.
    case dark
}

/// The colours of a theme. Text keeps a contrast of at least 4.5 against `background` and `plot` (WCAG 2, level AA).
package struct Palette: Sendable {
    package let background: Color
    package let plot: Color
    package let text: Color
    package let muted: Color
    package let grid: Color
    package let frame: Color
    /// Okabe & Ito, "Color Universal Design" (2008), those with the most contrast against the ground first.
    package let series: [Color]
    /// From nothing to all in a table of cells.
    package let shades: ColorRamp
    /// From low to high on a surface.
    package let values = ColorRamp.cividis

    package init(_ theme: ChartTheme) {
        switch theme {
        case .light:
            background = Color(0xFFFFFF)
            plot = Color(0xFFFFFF)
            text = Color(0x1B1F24)
            muted = Color(0x545B64)
            grid = Color(0xE4E7EB)
            frame = Color(0x8A929C)
            series = [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x5A5A5A, 0xF0E442].map(Color.init)
            shades = ColorRamp([Color(0xF3F7FA), Color(0x56B4E9), Color(0x0072B2), Color(0x003A5C)])
        case .dark:
            background = Color(0x14171B)
            plot = Color(0x14171B)
            text = Color(0xECEFF2)
            muted = Color(0xB3BAC3)
            grid = Color(0x2C3138)
            frame = Color(0x757E89)
            series = [0x56B4E9, 0xE69F00, 0x009E73, 0xCC79A7, 0xF0E442, 0xD55E00, 0xC4C4C4, 0x0072B2].map(Color.init)
            shades = ColorRamp([Color(0x1D2228), Color(0x00507D), Color(0x3A9AD9), Color(0xBFE3F7)])
        }
    }

    /// The colour for a role. After the last colour of the palette come paler ones.
    package func color(_ ink: Ink) -> Color {
        switch ink {
        case .text: return text
        case .muted: return muted
        case .faint: return muted.mixed(with: plot, share: 0.45)
        case .series(let number):
            let (round, index) = Int(number.magnitude % 1000).quotientAndRemainder(dividingBy: series.count)
            return series[index].mixed(with: text, share: round == 0 ? 0 : 0.2 + 0.5 * Double(round % 4) / 4)
        }
    }

    /// The colour for an area, pale enough for lines and points upon it.
    package func area(_ ink: Ink) -> Color { color(ink).mixed(with: plot, share: 0.68) }

    /// The text colour with more contrast on `ground`; of black and white one always has at least 4.58.
    package func text(on ground: Color) -> Color {
        let (dark, light) = (Color(0x000000), Color(0xFFFFFF))
        return dark.contrast(with: ground) > light.contrast(with: ground) ? dark : light
    }
}
