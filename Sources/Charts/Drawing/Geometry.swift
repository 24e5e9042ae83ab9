/// A width and a height in pixels.
struct Size: Equatable {
    var width: Double
    var height: Double
}

/// A place in pixels from the upper left corner.
package struct Place: Equatable, Sendable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// A rectangle in pixels; `top` is less than `bottom`.
struct Box: Equatable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }
    var middle: Place { Place((left + right) / 2, (top + bottom) / 2) }
}
