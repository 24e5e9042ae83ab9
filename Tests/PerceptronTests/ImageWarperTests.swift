import Perceptron
import Testing

/// Moved and distorted images against the NumPy reference, and what must hold of any image.
@Suite struct ImageWarperTests {
    static let sets = InstructionSet.available
    static let layouts = ImageAugmentation.Layout.allCases

    private func warp(
        _ pixels: [Double], of image: ImageAugmentation, _ movement: ImageMovement = ImageMovement(),
        _ set: InstructionSet = .baseline
    ) throws -> [Double] {
        var out = pixels
        try ImageWarper(image, seed: 0, instructionSet: set).warp(pixels, movement, into: &out)
        return out
    }

    private func pixels(_ image: ImageAugmentation) -> [Double] {
        var random = NumPyRandomState(seed: 3)
        return (0..<image.height * image.width * image.channels).map { _ in random.normal() }
    }

    /// The place of a pixel's number.
    private func place(_ image: ImageAugmentation, _ row: Int, _ column: Int, _ channel: Int) -> Int {
        switch image.layout {
        case .channelsLast: (row * image.width + column) * image.channels + channel
        case .channelsFirst: (channel * image.height + row) * image.width + column
        }
    }

    /// What each pixel is if it is the one that `source` names.
    private func permuted(
        _ pixels: [Double], _ image: ImageAugmentation, outside: Double = 0,
        _ source: (_ row: Int, _ column: Int) -> (row: Int, column: Int)
    ) -> [Double] {
        var out = pixels
        for row in 0..<image.height {
            for column in 0..<image.width {
                for channel in 0..<image.channels {
                    let from = source(row, column)
                    let isInside = (0..<image.height).contains(from.row) && (0..<image.width).contains(from.column)
                    out[place(image, row, column, channel)] =
                        isInside ? pixels[place(image, from.row, from.column, channel)] : outside
                }
            }
        }
        return out
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
    }

    @Test(arguments: sets)
    func imagesAreMovedAsTheReferenceMovesThem(_ set: InstructionSet) throws {
        let golden = try GoldenAugmentation.read()
        #expect(golden.images.count >= 40)
        for picture in golden.images {
            let image = picture.image.augmentation
            let warper = try ImageWarper(image, seed: picture.seed, instructionSet: set)
            warper.drawField(epoch: UInt32(picture.epoch), position: UInt32(picture.position))
            #expect(distance(warper.displacements, picture.field) < 1e-10)
            var out = picture.pixels
            warper.warp(picture.pixels, ImageMovement(picture.movement), into: &out)
            #expect(distance(out, picture.expected) < 1e-10, "\(picture.name) \(image.height) × \(image.width)")
        }
    }

    @Test(arguments: sets)
    func theReferenceDrawsTheSameMovements(_ set: InstructionSet) throws {
        for picture in try GoldenAugmentation.read().images {
            let table = FeatureTable.make([[Double]](repeating: picture.pixels + [0], count: 3))
            let examples = ExampleSet(
                table: table, rows: [Int32](repeating: 0, count: picture.position + 1),
                inputs: picture.pixels.indices.map { InputFeature(column: $0) },
                targetColumn: picture.pixels.count, targetEncoding: .value)
            let augmenter = try ExampleAugmenter(
                Augmentation(image: picture.image.augmentation), of: examples, seed: picture.seed, workers: 1,
                instructionSet: set)
            let row = augmenter.inputs(position: picture.position, epoch: picture.epoch, worker: 0)
            let found = Array(UnsafeBufferPointer(start: row, count: picture.pixels.count))
            #expect(distance(found, picture.expected) < 1e-10, "\(picture.name)")
        }
    }

    @Test(arguments: sets, layouts)
    func noMovementIsTheIdentityBitForBit(_ set: InstructionSet, _ layout: ImageAugmentation.Layout) throws {
        for (height, width) in [(1, 1), (1, 7), (6, 1), (5, 8), (28, 28), (13, 31)] {
            let image = ImageAugmentation(height: height, width: width, channels: 3, layout: layout)
            #expect(try warp(pixels(image), of: image, ImageMovement(), set) == pixels(image))
            var black = image
            black.fill = .constant(9)
            #expect(try warp(pixels(image), of: black, ImageMovement(), set) == pixels(image))
        }
    }

    @Test(arguments: layouts, [(4, 5), (7, 7), (1, 6)])
    func aFlipReversesAndTwoGiveTheImageBack(_ layout: ImageAugmentation.Layout, _ size: (Int, Int)) throws {
        let image = ImageAugmentation(height: size.0, width: size.1, channels: 2, layout: layout)
        let original = pixels(image)
        for (horizontally, vertically) in [(true, false), (false, true), (true, true)] {
            var flip = ImageMovement()
            (flip.flipsHorizontally, flip.flipsVertically) = (horizontally, vertically)
            let once = try warp(original, of: image, flip)
            #expect(
                once
                    == permuted(original, image) {
                        (vertically ? size.0 - 1 - $0 : $0, horizontally ? size.1 - 1 - $1 : $1)
                    })
            #expect(try warp(once, of: image, flip) == original)
        }
    }

    @Test(arguments: layouts)
    func aShiftMovesWholePixelsExactly(_ layout: ImageAugmentation.Layout) throws {
        var image = ImageAugmentation(height: 6, width: 9, channels: 2, layout: layout)
        let original = pixels(image)
        for (right, down) in [(1, 0), (0, -2), (3, 4), (-8, 5), (40, 0)] {
            var shift = ImageMovement()
            (shift.horizontalShift, shift.verticalShift) = (right, down)
            image.fill = .constant(0.5)
            let expected = permuted(original, image, outside: 0.5) { ($0 - down, $1 - right) }
            #expect(try warp(original, of: image, shift) == expected)
            image.fill = .nearest
            let nearest = permuted(original, image) { (min(max($0 - down, 0), 5), min(max($1 - right, 0), 8)) }
            #expect(try warp(original, of: image, shift) == nearest)
        }
    }

    @Test(arguments: [5, 8])
    func aQuarterTurnPermutesASquaresPixels(_ side: Int) throws {
        let image = ImageAugmentation(height: side, width: side, channels: 2)
        let original = pixels(image)
        var turn = ImageMovement()
        turn.rotation = 90
        // Clockwise: the first row becomes the last column.
        let expected = permuted(original, image) { row, column in (side - 1 - column, row) }
        #expect(distance(try warp(original, of: image, turn), expected) < 1e-12)
    }

    @Test func halfTheSizeIsInTheMiddleAndTheFillAround() throws {
        var image = ImageAugmentation(height: 4, width: 4)
        image.fill = .constant(0)
        var half = ImageMovement()
        half.scale = 0.5
        let out = try warp([Double](repeating: 1, count: 16), of: image, half)
        #expect(out == [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    }

    @Test func aFieldIsAsSmoothAsItsSigmaAndAsStrongAsItsAlpha() throws {
        for sigma in [1.5, 3.0] {
            var image = ImageAugmentation(height: 300, width: 300)
            image.elastic = .init(alpha: 7, sigma: sigma)
            let warper = try ImageWarper(image, seed: 5)
            warper.drawField(epoch: 0, position: 0)
            let field = warper.displacements
            #expect(field.count == 2 * 300 * 300)
            for half in 0..<2 {
                func moment(_ apart: Int, down: Bool) -> Double {
                    var sum = 0.0
                    for row in 20..<270 {
                        for column in 20..<270 {
                            let at = half * 90_000 + row * 300 + column
                            sum += field[at] * field[at + (down ? 300 * apart : apart)]
                        }
                    }
                    return sum / 62_500
                }
                // White noise of variance 1/3 through a Gaussian: α² / (12 π σ²) e^(−d² / 4σ²).
                let variance = 49 / (12 * Double.pi * sigma * sigma)
                #expect(abs(moment(0, down: false) / variance - 1) < 0.15)
                let apart = Int(2 * sigma)
                for down in [false, true] {
                    let correlation = moment(apart, down: down) / moment(0, down: down)
                    #expect(abs(correlation - 0.3679) < 0.1)
                }
            }
        }
    }

    @Test(arguments: sets)
    func anImageFarTooLargeForItsPlaceStaysWithinItsPixels(_ set: InstructionSet) throws {
        for fill in [ImageAugmentation.Fill.nearest, .constant(0)] {
            var image = ImageAugmentation(height: 9, width: 5)
            image.elastic = .init(alpha: 10_000, sigma: 0.1)
            image.fill = fill
            let warper = try ImageWarper(image, seed: 1, instructionSet: set)
            warper.drawField(epoch: 3, position: 4)
            let pixels = (0..<45).map { Double($0) + 1 }
            var out = pixels
            var movement = ImageMovement()
            movement.scale = 0.1
            movement.horizontalShift = -10_000
            warper.warp(pixels, movement, into: &out)
            #expect(out.allSatisfy { $0 >= 0 && $0 <= 45 })
        }
    }
}
