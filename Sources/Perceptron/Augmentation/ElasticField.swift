import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Makes the displacement fields of one worker: (2, height, width), columns' displacements and then rows', in pixels.
final class ElasticField {
    /// The last one that was drawn.
    let displacements: UnsafeMutablePointer<Double>

    private let size: Int
    private let numbers: UnsafeMutablePointer<Double>
    private let taps: UnsafeMutablePointer<Double>
    private let smoothing: ck_smoothing
    private let seed: UInt64
    private let kernels: Kernels<Double>

    /// The Gaussian's weights reach this far, ⌈3σ⌉, but no farther than an image does.
    private static func radius(_ elastic: ImageAugmentation.Elastic, _ image: ImageAugmentation) -> Int {
        Int(min((3 * elastic.sigma).rounded(.up), Double(max(image.height, image.width) - 1)))
    }

    /// Numbers in its buffers.
    static func numbers(_ elastic: ImageAugmentation.Elastic, _ image: ImageAugmentation) -> Double {
        4 * Double(image.height) * Double(image.width) + 4 * Double(radius(elastic, image)) + Double(image.width)
    }

    init(
        _ elastic: ImageAugmentation.Elastic, of image: ImageAugmentation, seed: UInt64, kernels: Kernels<Double>,
        in workspace: Workspace
    ) throws(TrainingError) {
        let radius = Self.radius(elastic, image)
        let slack = SMOOTHING_SLACK
        size = image.height * image.width
        self.seed = seed
        self.kernels = kernels
        displacements = try workspace.take(2 * size + slack)
        numbers = try workspace.take(2 * size + slack)
        taps = try workspace.take(2 * radius + 1)
        // Normalised over the whole reach, so that a weight does not depend on the image's size.
        func weight(_ distance: Int) -> Double {
            let distances = Double(distance) / elastic.sigma
            return exp(-distances * distances / 2)
        }
        let reach = Int((3 * elastic.sigma).rounded(.up))
        var sum = weight(0)
        for distance in stride(from: 1, through: reach, by: 1) { sum += 2 * weight(distance) }
        for place in 0...2 * radius { taps[place] = weight(place - radius) / sum }
        smoothing = ck_smoothing(
            height: Int32(image.height), width: Int32(image.width), radius: Int32(radius), weights: taps,
            scale: elastic.alpha, line: try workspace.take(image.width + 2 * radius + slack, of: Double.self))
    }

    /// Draws the field of the example at `position` in an epoch.
    func draw(epoch: UInt32, position: UInt32) {
        kernels.table.pointee.displacements(numbers, Int64(2 * size), seed, epoch, position)
        var smoothing = smoothing
        for half in 0..<2 {
            kernels.table.pointee.smooth(&smoothing, numbers + half * size, displacements + half * size)
        }
    }
}
