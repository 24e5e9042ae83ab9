import Charts
import JSONDocument
import Perceptron

/// How the weights of each layer are spread.
package struct WeightsPlot: Plot {
    private let network: TrainedNetwork
    private let histograms: WeightHistograms

    /// Counts the weights of `network`; biases and the vectors of batch normalisation are left out.
    package init(_ network: TrainedNetwork, summary: JobSummary) {
        self.network = network
        let layers = network.layout.layers
        histograms = WeightHistograms(
            title: summary.title("Weights"), subtitle: summary.network,
            layers: layers.enumerated().map { index, layer in
                let isLast = index == layers.count - 1
                let name = isLast ? "output layer" : "layer \(index + 1)"
                let first = layer.weights.lowerBound
                return LayerHistogram(
                    name: "\(name) (\(layer.units) × \(layer.inputs))", count: layer.weights.count
                ) { network.parameters[first + $0.lowerBound..<first + $0.upperBound] }
            })
    }

    package var chart: Chart { histograms.chart }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "weights")
        json.array("layers") { json in
            for (layer, histogram) in zip(network.layout.layers, histograms.layers) {
                json.object { json in
                    json.member("units", layer.units)
                    json.member("inputs", layer.inputs)
                    json.array("edges") { json in histogram.edges.forEach { json.value($0) } }
                    json.array("counts") { json in histogram.counts.forEach { json.value($0) } }
                    json.member("mean", histogram.mean)
                    json.member("standard_deviation", histogram.standardDeviation)
                    json.member("zero_share", histogram.zeroShare)
                }
            }
        }
    }
}
