import Perceptron

/// The bytes in which a store keeps learning curves and results. A byte of format version comes first; then values in
/// a fixed order, those that can be missing announced by a bit of a byte before them.
package enum MetricsCoding {
    private static let version: UInt8 = 1
    /// Of history rows: 2 since they can have layers.
    private static let historyVersion: UInt8 = 2

    /// The bytes of some history rows.
    package static func encode(_ rows: some Collection<HistoryRow>) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(1 + rows.count * 80)
        writer.append(historyVersion)
        for row in rows {
            writer.append(presence(row.stepCost != nil, row.dev != nil, row.gradientNorm != nil, !row.layers.isEmpty))
            writer.append(row.epoch)
            writer.append(row.learningRate)
            if let stepCost = row.stepCost { writer.append(stepCost) }
            if let gradientNorm = row.gradientNorm { writer.append(gradientNorm) }
            writer.append(row.train)
            if let dev = row.dev { writer.append(dev) }
            if !row.layers.isEmpty { writer.append(row.layers) }
        }
        return writer.bytes
    }

    /// The history rows that `encode` wrote.
    package static func historyRows(_ bytes: [UInt8]) throws(StoreError) -> [HistoryRow] {
        var reader = try reader(of: bytes, versions: version...historyVersion)
        var rows: [HistoryRow] = []
        while !reader.isAtEnd {
            let present = try reader.byte()
            let epoch = try reader.integer()
            let learningRate = try reader.double()
            let stepCost = present & 1 != 0 ? try reader.double() : nil
            let gradientNorm = present & 4 != 0 ? try reader.double() : nil
            let train = try reader.metrics()
            let dev = present & 2 != 0 ? try reader.metrics() : nil
            let layers = present & 8 != 0 ? try reader.layers() : []
            rows.append(
                HistoryRow(
                    epoch: epoch, stepCost: stepCost, train: train, dev: dev, learningRate: learningRate,
                    gradientNorm: gradientNorm, layers: layers))
        }
        return rows
    }

    /// The bytes of a result, except for its input encoding.
    package static func encode(_ result: JobResult) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(version)
        writer.append(presence(result.train != nil, result.dev != nil, result.test != nil))
        writer.append(presence(result.best != nil, result.best?.devLoss != nil, result.hasWeights))
        writer.append(result.epochs)
        writer.append(result.trainingSeconds)
        if let best = result.best { writer.append(best.epoch) }
        if let devLoss = result.best?.devLoss { writer.append(devLoss) }
        for metrics in [result.train, result.dev, result.test] {
            if let metrics { writer.append(metrics) }
        }
        return writer.bytes
    }

    /// The result that `encode` wrote, with its input encoding.
    package static func result(_ bytes: [UInt8], inputEncoding: [UInt8]) throws(StoreError) -> JobResult {
        var reader = try reader(of: bytes, versions: version...version)
        let sets = try reader.byte()
        let flags = try reader.byte()
        let epochs = try reader.integer()
        let trainingSeconds = try reader.double()
        var best: JobResult.Best?
        if flags & 1 != 0 {
            let epoch = try reader.integer()
            best = JobResult.Best(epoch: epoch, devLoss: flags & 2 != 0 ? try reader.double() : nil)
        }
        return JobResult(
            epochs: epochs,
            train: sets & 1 != 0 ? try reader.metrics() : nil,
            dev: sets & 2 != 0 ? try reader.metrics() : nil,
            test: sets & 4 != 0 ? try reader.metrics() : nil,
            best: best, trainingSeconds: trainingSeconds, inputEncoding: inputEncoding, hasWeights: flags & 4 != 0)
    }

    private static func reader(
        of bytes: [UInt8], versions: ClosedRange<UInt8>
    ) throws(StoreError) -> ByteReader {
        var reader = ByteReader(bytes)
        let found = try reader.byte()
        guard versions.contains(found) else { throw .corrupt("a stored value has the unknown format \(found)") }
        return reader
    }
}

/// Bit i tells whether value i is there.
private func presence(_ values: Bool...) -> UInt8 {
    values.enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) }
}

extension ByteWriter {
    fileprivate mutating func append(_ layers: [LayerStatistics]) {
        append(layers.count)
        for layer in layers {
            append(
                presence(
                    layer.updateRatio != nil, layer.activationMean != nil, layer.activationDeviation != nil,
                    layer.deadShare != nil, layer.saturatedShare != nil))
            append(layer.gradientNorm)
            append(layer.deltaNorm)
            append(layer.weightNorm)
            let optional = [
                layer.updateRatio, layer.activationMean, layer.activationDeviation, layer.deadShare,
                layer.saturatedShare,
            ]
            for value in optional.compactMap(\.self) { append(value) }
        }
    }

    fileprivate mutating func append(_ metrics: SetMetrics) {
        append(presence(metrics.accuracy != nil, metrics.rmse != nil, metrics.r2 != nil))
        append(metrics.loss)
        append(metrics.cost)
        if let accuracy = metrics.accuracy { append(accuracy) }
        if let rmse = metrics.rmse { append(rmse) }
        if let r2 = metrics.r2 { append(r2) }
    }
}

extension ByteReader {
    fileprivate mutating func layers() throws(StoreError) -> [LayerStatistics] {
        let count = try integer()
        guard count > 0 else { throw .corrupt("a history row has \(count) layers") }
        var layers: [LayerStatistics] = []
        for _ in 0..<count {
            let present = try byte()
            let gradientNorm = try double()
            let deltaNorm = try double()
            let weightNorm = try double()
            layers.append(
                LayerStatistics(
                    gradientNorm: gradientNorm, deltaNorm: deltaNorm, weightNorm: weightNorm,
                    updateRatio: present & 1 != 0 ? try double() : nil,
                    activationMean: present & 2 != 0 ? try double() : nil,
                    activationDeviation: present & 4 != 0 ? try double() : nil,
                    deadShare: present & 8 != 0 ? try double() : nil,
                    saturatedShare: present & 16 != 0 ? try double() : nil))
        }
        return layers
    }

    fileprivate mutating func metrics() throws(StoreError) -> SetMetrics {
        let present = try byte()
        let loss = try double()
        let cost = try double()
        return SetMetrics(
            loss: loss, cost: cost,
            accuracy: present & 1 != 0 ? try double() : nil,
            rmse: present & 2 != 0 ? try double() : nil,
            r2: present & 4 != 0 ? try double() : nil)
    }
}
