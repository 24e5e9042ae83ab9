import Perceptron

extension Calibration {
    /// Whether a classifier's probabilities of one class can be believed, whatever it takes an example for: the class of
    /// this number against the rest, by sample weight.
    public init(of network: TrainedNetwork, on examples: ExampleSet, class number: Int, bins: Int) throws {
        self.init(bins: bins)
        let weights = examples.metricWeights
        try network.score(examples) { block in
            for place in 0..<block.count {
                let outputs = block.outputs(of: place)
                let first = outputs.first ?? .nan
                let probability =
                    outputs.count > 1 ? outputs[outputs.startIndex + number] : number == 1 ? first : 1 - first
                add(
                    probability: probability, cameTrue: Int(block.targets[place]) == number,
                    weight: weights?[block.first + place] ?? 1)
            }
        }
    }
}
