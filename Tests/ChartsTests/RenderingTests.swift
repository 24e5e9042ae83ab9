import Charts
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("A chart becomes a file")
struct RenderingTests {
    @Test(arguments: Picture.allCases, ImageFormat.allCases)
    func withTheSameBytesEachTime(picture: Picture, format: ImageFormat) throws {
        for theme in ChartTheme.allCases {
            let first = try picture.chart.render(as: format, theme: theme)
            let second = try picture.chart.render(as: format, theme: theme)
            #expect(first == second)
        }
    }

    @Test(arguments: Picture.allCases)
    func thatDiffersByTheme(picture: Picture) throws {
        for format in ImageFormat.allCases {
            let light = try picture.chart.render(as: format, theme: .light)
            let dark = try picture.chart.render(as: format, theme: .dark)
            #expect(light != dark)
        }
    }

    @Test func withTheSameBytesOnEveryThread() async throws {
        let expected = try Picture.allCases.map { try $0.chart.render(as: .svg) }
        try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for index in Array(repeating: Picture.allCases.indices, count: 8).joined() {
                group.addTask { (index, try Picture.allCases[index].chart.render(as: .svg)) }
            }
            for try await (index, bytes) in group { #expect(bytes == expected[index]) }
        }
    }

    @Test(arguments: [(800, 500, 2), (320, 240, 1), (1001, 333, 3)])
    func asPNGOfTheSizeAskedFor(width: Int, height: Int, scale: Int) throws {
        let bytes = try Picture.learningCurve.chart.render(as: .png, width: width, height: height, scale: scale)
        #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        func number(at offset: Int) -> Int { bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
        #expect(number(at: 16) == width * scale)
        #expect(number(at: 20) == height * scale)
    }

    @Test(arguments: Picture.allCases)
    func asSVGThatIsWellFormed(picture: Picture) throws {
        let root = try SVGReader.read(try picture.chart.render(as: .svg, width: 640, height: 400))
        #expect(root.name == "svg")
        #expect(root.attributes["width"] == "640")
        #expect(root.attributes["height"] == "400")
        #expect(root.attributes["viewBox"] == "0 0 640 400")
        #expect(root.title == picture.chart.title)
        #expect(root.references.isSubset(of: root.identifiers))
        #expect(root.identifiers.count == root.identifierCount)
    }

    @Test func thatSaysInWordsWhatIsOnTheAxes() throws {
        let chart = Chart(
            title: "", subtitle: "Seen.",
            panels: [
                Panel(x: Axis(""), y: Axis("loss"), marks: []), Panel(x: Axis("epoch"), y: Axis("rmse"), marks: []),
            ])
        let root = try SVGReader.read(try chart.render(as: .svg))
        #expect(root.description == "Seen. vertical: loss horizontal: epoch, vertical: rmse")
    }

    @Test func withItsWordsEscaped() throws {
        let title = "a <b> & \"c\" 'd' ]]> \u{0}\u{1}\u{ffff} 日本語 🎉"
        let bytes = try Picture.learningCurve(title: title, subtitle: "</desc><script/>\u{7}").chart.render(as: .svg)
        let root = try SVGReader.read(bytes)
        #expect(root.title == "a <b> & \"c\" 'd' ]]> \u{fffd}\u{fffd}\u{fffd} 日本語 🎉")
        #expect(root.description.hasPrefix("</desc><script/>\u{fffd}"))
        #expect(!root.elements.contains("script"))
    }

    @Test(arguments: [(319, 500), (800, 239), (4097, 500), (800, 4097), (0, 0), (-1, .min)])
    func unlessItsSizeIsOutsideTheLimits(width: Int, height: Int) {
        #expect(throws: ChartError.size(width: width, height: height)) {
            try Picture.sweep.chart.render(as: .png, width: width, height: height)
        }
    }

    @Test(arguments: [0, 4, -1])
    func unlessItsScaleIsOutsideTheLimits(scale: Int) {
        #expect(throws: ChartError.scale(scale)) { try Picture.sweep.chart.render(as: .png, scale: scale) }
    }

    @Test func whoseSizeDoesNotGrowWithItsPoints() throws {
        var draw = Draw(seed: 1)
        let x = (0..<100_000).map { Double($0) }
        let y = x.map { _ in Double.random(in: 0...1, using: &draw) }
        let line = LearningCurve(title: "line", trainLoss: Curve(x: x, y: y)).chart
        #expect(try line.render(as: .svg).count < 300_000)
        let points = Chart(
            title: "points",
            panels: [Panel(x: Axis("x"), y: Axis("y"), marks: [.points(Points("", x: y, y: y.reversed(), ink: .text))])]
        )
        #expect(try points.render(as: .svg).count < 8_000_000)
    }
}

/// The root of an SVG file and what is in it.
final class SVGReader: NSObject, XMLParserDelegate {
    private(set) var name = ""
    private(set) var attributes: [String: String] = [:]
    private(set) var title = ""
    private(set) var description_ = ""
    private(set) var elements: Set<String> = []
    private(set) var identifiers: Set<String> = []
    private(set) var identifierCount = 0
    private(set) var references: Set<String> = []
    private var open: [String] = []

    override var description: String { description_ }

    static func read(_ bytes: [UInt8]) throws -> SVGReader {
        let reader = SVGReader()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = reader
        guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
        return reader
    }

    func parser(
        _: XMLParser, didStartElement element: String, namespaceURI _: String?, qualifiedName _: String?,
        attributes: [String: String]
    ) {
        if open.isEmpty { (name, self.attributes) = (element, attributes) }
        open.append(element)
        elements.insert(element)
        if let identifier = attributes["id"] {
            identifiers.insert(identifier)
            identifierCount += 1
        }
        if let reference = attributes["xlink:href"] { references.insert(String(reference.dropFirst())) }
    }

    func parser(_: XMLParser, foundCharacters text: String) {
        if open == ["svg", "title"] { title += text }
        if open == ["svg", "desc"] { description_ += text }
    }

    func parser(_: XMLParser, didEndElement _: String, namespaceURI _: String?, qualifiedName _: String?) {
        open.removeLast()
    }
}
