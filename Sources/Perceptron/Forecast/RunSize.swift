/// What decides how much a run takes: everything about it but the numbers themselves.
public struct RunSize: Sendable {
    /// The network.
    public var network: NetworkSpecification
    /// Its training.
    public var training: TrainingSpecification
    /// Training examples, ≥ 1.
    public var trainRows: Int
    /// Dev examples.
    public var devRows: Int
    /// Test examples.
    public var testRows: Int
    /// How training examples are varied.
    public var augmentation: Augmentation?

    /// A size.
    public init(
        network: NetworkSpecification, training: TrainingSpecification, trainRows: Int, devRows: Int = 0,
        testRows: Int = 0, augmentation: Augmentation? = nil
    ) {
        self.network = network
        self.training = training
        self.trainRows = trainRows
        self.devRows = devRows
        self.testRows = testRows
        self.augmentation = augmentation
    }

    /// Examples of a step.
    var batchRows: Int { training.batchSize.rows(of: trainRows) }

    /// Steps of an epoch.
    public var stepsPerEpoch: Int { (trainRows + batchRows - 1) / max(batchRows, 1) }

    /// Rows of the learning curve if nothing ends the run early: first and last always among them.
    public var historyRows: Int { 2 + (training.epochs - 1) / training.historyEvery }
}
