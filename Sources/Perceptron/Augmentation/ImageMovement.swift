#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What happens to one image as a whole: it is flipped, then scaled and turned about its centre, then shifted.
package struct ImageMovement: Hashable, Sendable {
    /// Left and right exchanged.
    package var flipsHorizontally = false
    /// Top and bottom exchanged.
    package var flipsVertically = false
    /// Factor of size.
    package var scale = 1.0
    /// Degrees, clockwise as one looks at the image.
    package var rotation = 0.0
    /// Columns to the right.
    package var horizontalShift = 0
    /// Rows down.
    package var verticalShift = 0

    /// None.
    package init() {}

    /// The one that the example at `position` of the training set gets in an epoch.
    init(drawnFrom image: ImageAugmentation, _ stream: Philox, epoch: UInt32, position: UInt32) {
        let first = stream.words(block: 0, major: epoch, minor: position)
        let second = stream.words(block: 1, major: epoch, minor: position)
        func share(_ word: UInt32) -> Double { (Double(word) + 0.5) * 0x1p-32 }
        func whole(_ word: UInt32, upTo most: Int) -> Int {
            Int((UInt64(word) * UInt64(2 * most + 1)) >> 32) - most
        }
        flipsHorizontally = Double(first[0]) < image.horizontalFlip * 0x1p32
        flipsVertically = Double(first[1]) < image.verticalFlip * 0x1p32
        rotation = image.rotation * (2 * share(first[2]) - 1)
        scale = image.scale.lowerBound + (image.scale.upperBound - image.scale.lowerBound) * share(first[3])
        horizontalShift = whole(second[0], upTo: image.horizontalShift)
        verticalShift = whole(second[1], upTo: image.verticalShift)
    }

    /// Where the moved image's pixels come from in one of `height` rows and `width` columns: p − c = F⁻¹ (1/scale) R⁻¹
    /// (q − c − shift), with F the flips, R the rotation and c the image's centre.
    package func source(height: Int, width: Int) -> AffineMap {
        let angle = rotation * Double.pi / 180
        let (cosine, sine) = (cos(angle) / scale, sin(angle) / scale)
        let (x, y) = (flipsHorizontally ? -1.0 : 1.0, flipsVertically ? -1.0 : 1.0)
        let centre = (x: Double(width - 1) / 2, y: Double(height - 1) / 2)
        var map = AffineMap(xx: x * cosine, xy: x * sine, yx: -y * sine, yy: y * cosine)
        let shifted = (x: centre.x + Double(horizontalShift), y: centre.y + Double(verticalShift))
        map.x = centre.x - (map.xx * shifted.x + map.xy * shifted.y)
        map.y = centre.y - (map.yx * shifted.x + map.yy * shifted.y)
        return map
    }
}

/// (column, row) ↦ (xx · column + xy · row + x, yx · column + yy · row + y)
package struct AffineMap: Hashable, Sendable {
    /// Of the column that is answered.
    package var xx, xy, x: Double
    /// Of the row.
    package var yx, yy, y: Double

    /// A map; it moves nothing unless given.
    package init(xx: Double = 1, xy: Double = 0, x: Double = 0, yx: Double = 0, yy: Double = 1, y: Double = 0) {
        (self.xx, self.xy, self.x, self.yx, self.yy, self.y) = (xx, xy, x, yx, yy, y)
    }
}
