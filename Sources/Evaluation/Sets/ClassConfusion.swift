import Perceptron

extension ConfusionTally {
    /// Which class a classifier takes for which, by sample weight; of two classes the second from a probability above 0.5.
    public init(of network: TrainedNetwork, on examples: ExampleSet) throws {
        self.init(classes: max(network.shape.outputs, 2))
        let weights = examples.metricWeights
        try network.score(examples) { block in
            for place in 0..<block.count {
                guard let prediction = network.shape.task.predictedClass(block.outputs(of: place)) else { continue }
                add(
                    target: Int(block.targets[place]), prediction: prediction,
                    weight: weights?[block.first + place] ?? 1)
            }
        }
    }
}
