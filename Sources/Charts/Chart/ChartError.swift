/// Why a chart could not be drawn.
public enum ChartError: Error, Equatable, Sendable {
    /// The size asked for, in pixels, is outside `Chart.widths` or `Chart.heights`.
    case size(width: Int, height: Int)
    /// The number of device pixels per pixel asked for is outside `Chart.scales`.
    case scale(Int)
    /// The drawing library refused; the text is its own.
    case drawing(String)
}

extension ChartError: CustomStringConvertible {
    /// A sentence for whoever asked for the chart.
    public var description: String {
        switch self {
        case .size(let width, let height):
            "a chart of \(width) by \(height) pixels cannot be drawn: the width must be from \(Chart.widths.lowerBound) to "
                + "\(Chart.widths.upperBound), the height from \(Chart.heights.lowerBound) to \(Chart.heights.upperBound)"
        case .scale(let scale):
            "a scale of \(scale) cannot be drawn: it must be from \(Chart.scales.lowerBound) to \(Chart.scales.upperBound)"
        case .drawing(let reason):
            "the chart could not be drawn: \(reason)"
        }
    }
}
