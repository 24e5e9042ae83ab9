/// How much one job may ask for; more is a fault, told before anything is done for it.
public struct JobLimits: Hashable, Sendable {
    /// Bytes that parameters, gradient, moments and activations may take.
    public var memory: Int
    /// Weights and biases.
    public var parameters: Int
    /// Passes over the training rows.
    public var epochs: Int
    /// Seconds of training; a job without a limit of its own has this one. Nil for as long as it takes.
    public var seconds: Double?
    /// Threads that share a step.
    public var threads: Int
    /// Rows of the learning curve.
    public var historyRows: Int
    /// Hidden layers of the network.
    public var hiddenLayers: Int
    /// Units of a hidden layer.
    public var units: Int

    /// Limits; those not given are the service's own.
    public init(
        memory: Int = 4 << 30, parameters: Int = 250_000_000, epochs: Int = most.epochs, seconds: Double? = nil,
        threads: Int = most.threads, historyRows: Int = most.historyRows, hiddenLayers: Int = most.hiddenLayers,
        units: Int = most.units
    ) {
        self.memory = memory
        self.parameters = parameters
        self.epochs = epochs
        self.seconds = seconds
        self.threads = threads
        self.historyRows = historyRows
        self.hiddenLayers = hiddenLayers
        self.units = units
    }

    /// The most that any service allows, as the contract has it: what a job that was accepted some time keeps to.
    public static let most = JobLimits(
        memory: .max, parameters: .max, epochs: 10_000_000, threads: 64, historyRows: 100_000, hiddenLayers: 1_000,
        units: 1_000_000)
}
