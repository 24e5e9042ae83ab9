/// Why a run cannot start.
public enum TrainingError: Error, Hashable, Sendable {
    /// The training set has no rows.
    case noTrainingExamples
    /// The sets' rows have `found` inputs, the network takes `expected`.
    case inputCount(expected: Int, found: Int)
    /// The task does not fit the output units or the target's encoding.
    case taskDoesNotFitTarget(Task, outputs: Int, classes: Int?)
    /// `initialLayers` has another number of layers.
    case initialLayerCount(expected: Int, found: Int)
    /// A tensor of initial layer `layer` (0 for the first hidden layer) has another number of values; 0 where batch
    /// normalisation is missing or not wanted.
    case initialLayerSize(layer: Int, tensor: String, expected: Int, found: Int)
    /// A tensor of initial layer `layer` holds a number that is not finite in the precision of training, or a negative
    /// variance.
    case initialLayerValue(layer: Int, tensor: String)
    /// The target of the table's `row` is missing, not finite or no known class.
    case badTarget(row: Int, value: Double)
    /// The weight of the table's `row` is missing, negative or not finite.
    case badWeight(row: Int, value: Double)
    /// The instruction set asked for cannot be used; a process that checks it when it starts never sees this.
    case instructionSet(InstructionSetError)
    /// Parameters and one batch of activations need `bytes`, which the machine does not have.
    case notEnoughMemory(bytes: Int)
}

extension TrainingError: CustomStringConvertible {
    /// One English sentence.
    public var description: String {
        switch self {
        case .noTrainingExamples:
            "there are no training examples"
        case .inputCount(let expected, let found):
            "the network takes \(expected) inputs, the examples have \(found)"
        case .taskDoesNotFitTarget(let task, let outputs, let classes):
            "task \(task.rawValue) with \(outputs) outputs does not fit a target of "
                + (classes.map { "\($0) classes" } ?? "plain numbers")
        case .initialLayerCount(let expected, let found):
            "the initial weights have \(found) layers, the network has \(expected)"
        case .initialLayerSize(let layer, let tensor, let expected, let found):
            "\(tensor) of initial layer \(layer) has \(found) values where \(expected) belong"
        case .initialLayerValue(let layer, let tensor):
            "\(tensor) of initial layer \(layer) holds a number that cannot be used"
        case .badTarget(let row, let value):
            "the target of row \(row), \(value), is not usable"
        case .badWeight(let row, let value):
            "the weight of row \(row), \(value), is not usable"
        case .instructionSet(let error):
            error.description
        case .notEnoughMemory(let bytes):
            "training needs \(bytes) bytes of memory, more than there are"
        }
    }
}
