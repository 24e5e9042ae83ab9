import Charts
import Testing

@Suite("Colours can be read")
struct PaletteTests {
    @Test(arguments: ChartTheme.allCases)
    func asTextWithTheContrastOfLevelAA(theme: ChartTheme) {
        let palette = Palette(theme)
        for ground in [palette.background, palette.plot] {
            #expect(palette.text.contrast(with: ground) >= 4.5)
            #expect(palette.muted.contrast(with: ground) >= 4.5)
        }
        for step in 0...100 {
            let shade = palette.shades.color(at: Double(step) / 100)
            #expect(palette.text(on: shade).contrast(with: shade) >= 4.5)
        }
    }

    @Test(arguments: ChartTheme.allCases)
    func asTheFirstLinesWithTheContrastOfGraphics(theme: ChartTheme) {
        let palette = Palette(theme)
        for number in 0..<3 { #expect(palette.color(.series(number)).contrast(with: palette.plot) >= 3) }
    }

    @Test(arguments: ChartTheme.allCases)
    func andNoTwoOfTheFirstThirtyTwoAreTheSame(theme: ChartTheme) {
        let colors = (0..<32).map { Palette(theme).color(.series($0)) }
        for (index, color) in colors.enumerated() { #expect(!colors[..<index].contains(color)) }
    }

    @Test func contrastIsThatOfTheStandard() {
        #expect(Color(0x000000).contrast(with: Color(0xFFFFFF)) == 21)
        #expect(abs(Color(0x777777).contrast(with: Color(0xFFFFFF)) - 4.48) < 0.01)
    }
}
