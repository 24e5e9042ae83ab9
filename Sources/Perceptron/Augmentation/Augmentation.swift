/// What is done to training examples to have more of them: each epoch shows every example in another variation. Dev and
/// test sets, and what is measured of the training set, stay as they are.
public struct Augmentation: Hashable, Sendable {
    /// Standard deviation of the Gaussian noise on each of the network's inputs, in the inputs' own units (after
    /// normalisation), ≥ 0; nil for no noise.
    public var noise: [Double]?
    /// What is done to the inputs as an image, before normalisation; nil where they are none.
    public var image: ImageAugmentation?

    /// Nothing unless given.
    public init(noise: [Double]? = nil, image: ImageAugmentation? = nil) {
        self.noise = noise
        self.image = image
    }

    /// Whether every example stays as it is, whatever is drawn.
    public var isIdentity: Bool {
        (noise ?? []).allSatisfy { $0 == 0 } && (image?.isIdentity ?? true)
    }

    /// The numbers of inputs that this is for.
    var inputCounts: [Int] {
        [noise?.count, image.map { $0.height * $0.width * $0.channels }].compactMap(\.self)
    }

    /// Bytes that `ExampleAugmenter` takes for `inputs` inputs, in floating point, which saturates.
    func memoryBytes(inputs: Int, workers: Int) -> Double {
        let perWorker = Double(inputs) * 2 + (image.map(ImageWarper.numbers) ?? 0)
        return 8 * (perWorker * Double(workers) + Double(noise?.count ?? 0))
    }
}
