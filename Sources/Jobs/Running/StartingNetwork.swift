import Perceptron

extension TrainedNetwork {
    /// Starting layers as a network, in float64: the form they are kept in. The layers must fit `network`, batch
    /// normalisation included.
    init(_ layers: [LayerParameters], of network: NetworkSpecification) throws(TrainingError) {
        let shape = NetworkShape(network)
        var parameters: [Double] = []
        var running: [Double] = []
        for layer in layers {
            parameters += layer.weights + layer.biases
            if let batchNorm = layer.batchNorm {
                parameters += batchNorm.gamma + batchNorm.beta
                running += batchNorm.runningMean + batchNorm.runningVariance
            }
        }
        guard
            let built = TrainedNetwork(
                shape: shape, parameters: .float64(NumberBlock(parameters)),
                runningStatistics: .float64(NumberBlock(running)))
        else {
            throw .initialLayerCount(expected: network.hiddenLayers.count + 1, found: layers.count)
        }
        self = built
    }
}
