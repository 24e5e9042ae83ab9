/// A shape that is drawn at places, with a thin edge in the colour of the ground so that neighbours stay apart.
struct Marker {
    let shape: MarkerShape
    let diameter: Double

    init(_ shape: MarkerShape, diameter: Double) {
        self.shape = shape
        self.diameter = diameter.isFinite ? min(max(diameter, 1), 60) : 7
    }

    /// Many points are drawn smaller.
    static func diameter(_ wanted: Double, count: Int) -> Double {
        count > 20_000 ? min(wanted, 3) : count > 2000 ? min(wanted, 4.5) : count > 500 ? min(wanted, 6) : wanted
    }

    func draw(_ places: [Place], _ color: Color, _ ground: Color, _ canvas: Canvas) {
        guard !places.isEmpty else { return }
        // Among tens of thousands nothing stays apart.
        let hasEdge = diameter > 3
        let edge = diameter >= 5 ? 1.0 : 0.5
        switch shape {
        case .circle:
            // A line of no length with round ends: the shortest way to write a disc.
            if hasEdge {
                addDots(places, canvas)
                canvas.stroke(ground, width: diameter + 2 * edge, roundCaps: true)
            }
            addDots(places, canvas)
            canvas.stroke(color, width: diameter, roundCaps: true)
        case .ring:
            for place in places { canvas.circle(place, radius: diameter / 2 + 3) }
            canvas.stroke(color, width: 2)
        case .triangle, .square, .diamond, .invertedTriangle:
            if hasEdge {
                for place in places { addCorners(place, canvas) }
                canvas.stroke(ground, width: 2 * edge)
            }
            for place in places { addCorners(place, canvas) }
            canvas.fill(color)
        }
    }

    private func addDots(_ places: [Place], _ canvas: Canvas) {
        for place in places {
            canvas.move(place)
            canvas.line(place)
        }
    }

    /// Corners in radii from the middle, so that all shapes look equally large.
    private var corners: [(x: Double, y: Double)] {
        switch shape {
        case .triangle: [(0, -1.25), (1.1, 0.75), (-1.1, 0.75)]
        case .invertedTriangle: [(0, 1.25), (1.1, -0.75), (-1.1, -0.75)]
        case .square: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
        case .diamond: [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)]
        case .circle, .ring: []
        }
    }

    private func addCorners(_ place: Place, _ canvas: Canvas) {
        let radius = diameter / 2
        canvas.polyline(corners.lazy.map { Place(place.x + $0.x * radius, place.y + $0.y * radius) })
        canvas.close()
    }
}
