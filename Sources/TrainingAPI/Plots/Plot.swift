import Charts
import HTTPDaemon
import JSONDocument

/// A picture of a job that is also a document: what is drawn, as numbers.
package protocol Plot: Sendable {
    /// The picture.
    var chart: Chart { get }
    /// Writes the document's members that are the plot's own, inside an object that the caller has open.
    func writeMembers(to json: inout JSONWriter)
}

/// The forms a plot is answered in, the one for clients without a wish first.
package enum PlotFormat: String, CaseIterable, Sendable {
    case svg, png, json

    static let suffixes = allCases.map(\.rawValue)

    /// As in `Accept` and `Content-Type`.
    package var mediaType: String {
        switch self {
        case .svg: "image/svg+xml"
        case .png: "image/png"
        case .json: "application/json"
        }
    }
}

extension Plot {
    /// The answer in `format`.
    func response(as format: PlotFormat, _ style: PictureStyle) throws(ChartError) -> HTTPResponse {
        let bytes: [UInt8]
        switch format {
        case .svg: bytes = try style.render(chart, as: .svg)
        case .png: bytes = try style.render(chart, as: .png)
        case .json:
            let chart = chart
            var json = JSONWriter()
            json.object { json in
                json.member("object", "plot")
                json.member("title", chart.title)
                json.member("subtitle", chart.subtitle)
                writeMembers(to: &json)
            }
            bytes = json.bytes + [UInt8(ascii: "\n")]
        }
        return HTTPResponse(status: 200, headers: [("Content-Type", format.mediaType)], body: .bytes(bytes))
    }
}
