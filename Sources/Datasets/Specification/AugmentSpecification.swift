import JSONDocument
import Perceptron

/// A job's `data.augment`: how training examples are varied, as the client says it.
public struct AugmentSpecification: Hashable, Sendable {
    /// Gaussian noise, in units of each feature's own standard deviation on the training rows.
    public struct Noise: Hashable, Sendable {
        /// How much.
        public enum Deviation: Hashable, Sendable {
            /// As much for every feature.
            case same(Double)
            /// One number for each of the features.
            case each([Double])
        }

        /// How much.
        public var deviation: Deviation
        /// What gets noise; nil: all numeric features.
        public var features: [ColumnReference]?

        /// Noise.
        public init(_ deviation: Deviation, features: [ColumnReference]? = nil) {
            self.deviation = deviation
            self.features = features
        }
    }

    /// Noise on numeric features.
    public var noise: Noise?
    /// What is done to rows that are images.
    public var image: ImageAugmentation?

    /// Nothing unless given.
    public init(noise: Noise? = nil, image: ImageAugmentation? = nil) {
        self.noise = noise
        self.image = image
    }
}

/// Limits on what augmentation may be asked for.
public enum AugmentLimits {
    /// Rows or columns of an image.
    public static let side = 1...10_000
    /// Numbers per pixel.
    public static let channels = 1...1_000
    /// Rows or columns of a shift.
    public static let shift = 0...10_000
}
