import Datasets
import JSONDocument
import Perceptron

/// What a network predicts over one or two features, the others held.
package struct PredictionGrid: Sendable {
    /// The nodes along an axis that may be asked for.
    package static let resolutions = 2...400
    /// How many there are unless told otherwise.
    static let usual = 200
    /// Multiply-adds that one grid may take: about a second.
    private static let work = 1 << 36
    /// Outputs that one grid may have.
    private static let numbers = 1 << 23
    /// Encoded inputs that are in memory at a time.
    private static let block = 1 << 20

    /// The nodes along the horizontal axis, increasing.
    package let x: [Double]
    /// The nodes along the vertical axis, increasing; a single one for a curve.
    package let y: [Double]
    /// For each output its value at each node, NaN where it is not a finite number: (outputs, y, x), row-major.
    package let outputs: [[Double]]

    /// Predicts at `resolution` nodes along each axis, from end to end of the ranges.
    package init(
        _ network: TrainedNetwork, along features: PlaneFeatures, x xRange: ClosedRange<Double>,
        y yRange: ClosedRange<Double>?, resolution: Int
    ) throws {
        x = PredictionGrid.nodes(xRange, resolution)
        y = yRange.map { PredictionGrid.nodes($0, resolution) } ?? [0]
        let encoding = features.encoding
        let row = encoding.encode(features.cells)
        let xInput = encoding.firstInput(ofColumn: features.x)
        let yInput = features.y.map { encoding.firstInput(ofColumn: $0) }
        let count = network.shape.outputs
        var outputs = [[Double]](repeating: [], count: count)
        let rowsAtATime = max(1, PredictionGrid.block / (x.count * row.count))
        for first in stride(from: 0, to: y.count, by: rowsAtATime) {
            let values = y[first..<min(first + rowsAtATime, y.count)]
            var inputs: [Double] = []
            inputs.reserveCapacity(values.count * x.count * row.count)
            for vertical in values {
                for horizontal in x {
                    let start = inputs.count
                    inputs += row
                    inputs[start + xInput] = encoding.normalized(horizontal, input: xInput)
                    if let yInput { inputs[start + yInput] = encoding.normalized(vertical, input: yInput) }
                }
            }
            let predicted = try network.predict(inputs, rows: values.count * x.count)
            for (place, value) in predicted.enumerated() {
                outputs[place % count].append(value.isFinite ? value : .nan)
            }
        }
        self.outputs = outputs
    }

    /// The finest grid that `network` may be asked for.
    static func finest(_ network: TrainedNetwork) -> Int {
        let nodes = min(work / max(network.parameters.count, 1), numbers / network.shape.outputs)
        return min(max(Int(Double(nodes).squareRoot()), resolutions.lowerBound), resolutions.upperBound)
    }

    private static func nodes(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
        let step = (range.upperBound - range.lowerBound) / Double(count - 1)
        return (0..<count).map { $0 == count - 1 ? range.upperBound : range.lowerBound + step * Double($0) }
    }

    /// Writes `outputs` as nested arrays.
    func writeOutputs(to json: inout JSONWriter) {
        json.array("outputs") { json in
            for values in outputs {
                json.array { json in
                    for start in stride(from: 0, to: values.count, by: x.count) {
                        json.array { json in
                            values.withUnsafeBufferPointer {
                                json.values(UnsafeBufferPointer(rebasing: $0[start..<start + x.count]))
                            }
                        }
                    }
                }
            }
        }
    }
}
