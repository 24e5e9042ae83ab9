import Foundation
import Perceptron

/// Varied images and noise as `Scripts/make_goldens.py` wrote them, from `reference_augmentation.py`.
struct GoldenAugmentation: Decodable {
    struct Picture: Decodable {
        let name: String
        let image: Image
        let seed: UInt64
        let epoch, position: Int
        let pixels: [Double]
        let movement: Movement
        let field, expected: [Double]
    }

    struct Noise: Decodable {
        let seed: UInt64
        let epoch, position: Int
        let expected: [Double]
    }

    struct Movement: Decodable {
        let horizontal, vertical: Bool
        let rotate, scale: Double
        let right, down: Int
    }

    struct Image: Decodable {
        struct Flip: Decodable { let horizontal, vertical: Double }
        struct Shift: Decodable { let horizontal, vertical: Int }
        struct Elastic: Decodable { let alpha, sigma: Double }

        let height, width, channels: Int
        let layout: ImageAugmentation.Layout
        let flip: Flip
        let shift: Shift
        let rotate: Double
        let scale: [Double]
        let elastic: Elastic?
        let fill: ImageAugmentation.Fill.Name
        let fill_value: Double?

        var augmentation: ImageAugmentation {
            var image = ImageAugmentation(height: height, width: width, channels: channels, layout: layout)
            (image.horizontalFlip, image.verticalFlip) = (flip.horizontal, flip.vertical)
            (image.horizontalShift, image.verticalShift) = (shift.horizontal, shift.vertical)
            image.rotation = rotate
            image.scale = scale[0]...scale[1]
            image.elastic = elastic.map { .init(alpha: $0.alpha, sigma: $0.sigma) }
            image.fill = fill == .nearest ? .nearest : .constant(fill_value ?? 0)
            return image
        }
    }

    let images: [Picture]
    let noises: [Noise]

    static func read() throws -> GoldenAugmentation {
        let url = GoldenCase.folder.appending(path: "augmentation.json")
        return try JSONDecoder().decode(GoldenAugmentation.self, from: Data(contentsOf: url))
    }
}

extension ImageMovement {
    init(_ golden: GoldenAugmentation.Movement) {
        self.init()
        (flipsHorizontally, flipsVertically) = (golden.horizontal, golden.vertical)
        (rotation, scale) = (golden.rotate, golden.scale)
        (horizontalShift, verticalShift) = (golden.right, golden.down)
    }
}
