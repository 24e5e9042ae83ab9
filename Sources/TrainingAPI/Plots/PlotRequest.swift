import HTTPDaemon
import Jobs

/// What is asked of every plot: of what, in which form, how drawn.
struct PlotRequest {
    /// The plot's own parameters are read from it, and then it is finished.
    var query: QueryReader
    /// The job, where the plot is one of a job's.
    let job: JobID?
    private let format: PlotFormat
    private let style: PictureStyle
    private let isNegotiated: Bool

    /// - Throws: the `406` where the path names no form and `Accept` none that there is.
    init(_ request: RoutedRequest, width: Int, height: Int) throws(Problem) {
        job = JobID(request.parameters[0])
        let named = request.parameters.last.flatMap { PlotFormat(rawValue: $0) }
        let accepted = AcceptedTypes(request.head.headers)
        guard let format = named ?? accepted.preferred(of: PlotFormat.allCases, named: \.mediaType) else {
            let list = PlotFormat.allCases.map(\.mediaType).joined(separator: ", ")
            throw Problem(.notAcceptable, "A plot is one of: \(list).", headers: [("Vary", "Accept")])
        }
        self.format = format
        isNegotiated = named == nil
        query = QueryReader(request.head)
        style = PictureStyle(&query, width: width, height: height)
    }

    func answer(_ plot: some Plot) throws -> HTTPResponse {
        let response = try plot.response(as: format, style)
        return isNegotiated ? response.varying(by: "Accept") : response
    }
}
