import HTTPDaemon
import Testing
import TrainingAPI

struct AcceptedTypesTests {
    @Test(
        arguments: [
            (nil, .svg), ("", .svg), ("*/*", .svg), ("image/*", .svg), ("image/png", .png), ("application/json", .json),
            ("Image/PNG", .png), ("image/png, image/svg+xml", .svg), ("image/svg+xml;q=0.5, image/png", .png),
            ("image/*;q=0.5, image/svg+xml;q=0.1, application/json;q=0.2", .png),
            ("*/*;q=0.1, application/json", .json), ("image/*, image/svg+xml;q=0", .png),
            ("text/html, application/xhtml+xml, image/avif, */*;q=0.8", .svg),
            ("application/json;q=2, image/png;q=0.1", .png), ("nonsense, image/png", .png),
            ("application/json; charset=utf-8", .json), ("text/html", nil), ("image/svg+xml;q=0", nil),
            ("*/*;q=0", nil), ("*/png", nil), ("nonsense", nil), ("image/jpeg, text/*", nil),
        ] as [(String?, PlotFormat?)])
    func theClientsFavouriteIsTaken(accept: String?, expected: PlotFormat?) {
        let fields = accept.map { [HTTPHeaders.Field(name: "accept", value: $0)] } ?? []
        let accepted = AcceptedTypes(HTTPHeaders(fields))
        #expect(accepted.preferred(of: PlotFormat.allCases, named: \.mediaType) == expected)
    }

    @Test func severalFieldsAreOne() {
        let fields = ["image/svg+xml;q=0.2", "application/json"].map { HTTPHeaders.Field(name: "Accept", value: $0) }
        let accepted = AcceptedTypes(HTTPHeaders(fields))
        #expect(accepted.preferred(of: PlotFormat.allCases, named: \.mediaType) == .json)
    }
}
