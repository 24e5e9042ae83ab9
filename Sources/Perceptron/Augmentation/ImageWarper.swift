import CKernels

/// Moves and distorts images, one at a time, with the memory of one worker. Pixels are interpolated bilinearly, once,
/// whatever is done to an image.
package final class ImageWarper {
    /// The displacements added to where pixels come from, nil without elastic distortion.
    let field: ElasticField?

    private let image: ImageAugmentation
    /// (channels, height + 2, width + 2)
    private let planes: UnsafeMutablePointer<Double>
    private let corners: UnsafeMutablePointer<Int32>
    private let fractions: UnsafeMutablePointer<Double>
    private let kernels: Kernels<Double>
    private let workspace: Workspace

    /// Float64 numbers in its buffers.
    static func numbers(_ image: ImageAugmentation) -> Double {
        let planes = Double(image.channels) * Double(image.height + 2) * Double(image.width + 2)
        return planes + 2.5 * Double(image.width) + (image.elastic.map { ElasticField.numbers($0, image) } ?? 0)
    }

    /// A warper of `image`s; `seed` is that of the elastic fields.
    package init(
        _ image: ImageAugmentation, seed: UInt64, instructionSet: InstructionSet = .preferred
    ) throws(TrainingError) {
        self.image = image
        workspace = Workspace()
        kernels = Kernels(instructionSet)
        planes = try workspace.take(image.channels * (image.height + 2) * (image.width + 2))
        corners = try workspace.take(image.width)
        fractions = try workspace.take(2 * image.width)
        field =
            if let elastic = image.elastic, elastic.alpha > 0 {
                try ElasticField(elastic, of: image, seed: seed, kernels: kernels, in: workspace)
            } else { nil }
        if case .constant(let value) = image.fill {
            planes.update(repeating: value, count: image.channels * (image.height + 2) * (image.width + 2))
        }
    }

    /// Draws the field of the example at `position` in an epoch, if there is elastic distortion; it distorts until the
    /// next one is drawn.
    package func drawField(epoch: UInt32, position: UInt32) { field?.draw(epoch: epoch, position: position) }

    /// The last field that was drawn: (2, height, width), columns' displacements and then rows', in pixels.
    package var displacements: [Double] {
        field.map { Array(UnsafeBufferPointer(start: $0.displacements, count: 2 * image.height * image.width)) } ?? []
    }

    /// `out` = `pixels` moved, both in the image's layout; they may be the same memory.
    package func warp(
        _ pixels: UnsafePointer<Double>, _ movement: ImageMovement, into out: UnsafeMutablePointer<Double>
    ) {
        let (height, width, channels) = (image.height, image.width, image.channels)
        let isLast = image.layout == .channelsLast
        let (pixelStep, channelStep) = isLast ? (channels, 1) : (1, height * width)
        for channel in 0..<channels {
            for row in 0..<height {
                let line = planes + (channel * (height + 2) + row + 1) * (width + 2) + 1
                let from = pixels + channel * channelStep + row * width * pixelStep
                if pixelStep == 1 {
                    line.update(from: from, count: width)
                } else {
                    for column in 0..<width { line[column] = from[column * pixelStep] }
                }
            }
        }
        let map = movement.source(height: height, width: width)
        var constants = ck_warp(
            height: Int32(height), width: Int32(width), channels: Int32(channels),
            beyond: image.fill == .nearest ? 0 : 1, source: planes, map: (map.xx, map.xy, map.x, map.yx, map.yy, map.y),
            field: field.map { UnsafeRawPointer($0.displacements) }, out: out, pixel_step: Int64(pixelStep),
            channel_step: Int64(channelStep), corners: corners, fractions: fractions)
        kernels.table.pointee.warp(&constants)
    }
}
