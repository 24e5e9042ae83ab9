/// How an image is moved and distorted: ranges from which each example of each epoch draws its own `ImageMovement`, and
/// its own elastic field.
public struct ImageAugmentation: Hashable, Sendable {
    /// The order of an image's numbers in a row.
    public enum Layout: String, CaseIterable, Codable, Sendable {
        /// (height, width, channels)
        case channelsLast = "channels_last"
        /// (channels, height, width)
        case channelsFirst = "channels_first"
    }

    /// What is seen outside of the image.
    public enum Fill: Hashable, Sendable {
        /// The nearest pixel of the image.
        case nearest
        /// This value.
        case constant(Double)

        /// The fills' JSON words.
        public enum Name: String, CaseIterable, Codable, Sendable {
            case nearest, constant
        }
    }

    /// Elastic distortion (Simard, Steinkraus and Platt 2003): every pixel's displacement is uniform noise in (−1, 1),
    /// smoothed by a Gaussian and multiplied by `alpha`.
    public struct Elastic: Hashable, Sendable {
        /// In pixels, ≥ 0.
        public var alpha: Double
        /// The Gaussian's standard deviation in pixels, > 0.
        public var sigma: Double

        /// A distortion.
        public init(alpha: Double, sigma: Double) {
            self.alpha = alpha
            self.sigma = sigma
        }
    }

    /// Rows of pixels, ≥ 1.
    public var height: Int
    /// Columns of pixels, ≥ 1.
    public var width: Int
    /// Numbers per pixel, ≥ 1.
    public var channels: Int
    /// Their order.
    public var layout: Layout
    /// Probability that left and right are exchanged, in [0, 1].
    public var horizontalFlip: Double = 0
    /// Probability that top and bottom are exchanged, in [0, 1].
    public var verticalFlip: Double = 0
    /// Most columns of a shift to the left or right, ≥ 0; whole ones are drawn.
    public var horizontalShift: Int = 0
    /// Most rows of a shift up or down, ≥ 0.
    public var verticalShift: Int = 0
    /// Most degrees of a rotation in either direction, in [0, 180].
    public var rotation: Double = 0
    /// Factors of size, > 0; 1 leaves it.
    public var scale: ClosedRange<Double> = 1...1
    /// None if nil.
    public var elastic: Elastic?
    /// What moves in from outside.
    public var fill: Fill = .nearest

    /// Images of this shape, left as they are.
    public init(height: Int, width: Int, channels: Int = 1, layout: Layout = .channelsLast) {
        self.height = height
        self.width = width
        self.channels = channels
        self.layout = layout
    }

    /// Whether every image stays as it is, whatever is drawn.
    public var isIdentity: Bool {
        horizontalFlip == 0 && verticalFlip == 0 && horizontalShift == 0 && verticalShift == 0 && rotation == 0
            && scale == 1...1 && (elastic?.alpha ?? 0) == 0
    }
}
