import JSONDocument
import Perceptron

/// Makes training data of a table: finds target and features, settles the task, deals rows into sets and fits the
/// normalisation on the training rows. The same specification, table and seed give the same data.
/// - Parameters:
///   - seed: the job's; decides the split.
///   - classWeight: what the examples of each class count; nil: the same.
///   - pointer: where the job's `data` is.
///   - classWeightPointer: where the job's class weight is.
public func prepare(
    _ specification: DataSpecification, table: MappedTable, seed: UInt64, classWeight: ClassWeight? = nil,
    limits: DatasetLimits = DatasetLimits(), at pointer: String = "/data",
    classWeightPointer: String = "/training/class_weight"
) throws(Faults) -> PreparedData {
    let pointers = DataPointers(base: pointer, source: specification.source)
    let columns = try ColumnChoice(specification, table.schema, pointers)
    let rows = try usableRows(specification, table, columns, pointers)
    let target = try ResolvedTarget(
        specification.task, table: table, column: columns.target, rows: rows, limits: limits, pointers)
    var resolved = specification
    resolved.task = TaskChoice(target.task)
    resolved.target = table.schema.reference(to: columns.target)
    resolved.sampleWeight = columns.sampleWeight.map(table.schema.reference)
    try checkSampleWeights(table, columns.sampleWeight, rows.all, pointers)
    let dealt = try deal(rows, target, &resolved, seed: seed, pointers)
    let split = try dealt.arranged(
        resolved.arrangement,
        groups: {
            let isStratified = target.task != .regression && resolved.split.stratify != false
            return isStratified ? target.grouped(rows.all) : [rows.all]
        }, seed: seed, at: pointer)
    try checkTrainingClasses(split.train, target, rows.all, pointers)
    let classWeights = try target.weights(
        by: classWeight, train: split.train, rows: rows.all, at: classWeightPointer)
    let (inputs, fits, encoding) = try fitInputs(table, columns.features, split.train, specification, limits, pointers)
    func examples(_ rows: [Int32]) -> ExampleSet {
        ExampleSet(
            table: table.cells, rows: rows, inputs: inputs, targetColumn: columns.target,
            targetEncoding: target.encoding)
    }
    var sets = DataSets(
        train: examples(split.train), dev: split.dev.isEmpty ? nil : examples(split.dev),
        test: split.test.isEmpty ? nil : examples(split.test))
    if let augment = specification.augment {
        let resolution = AugmentResolution(
            schema: table.schema, columns: columns.features, inputs: inputs, fits: fits,
            normalize: specification.normalize, pointer: "\(pointer)/augment")
        sets.augmentation = try resolution.resolve(augment)
    }
    try sets.weigh(by: columns.sampleWeight, classWeights, classWeightPointer: classWeightPointer, pointers)
    return PreparedData(
        specification: resolved, task: target.task, classes: target.classes, classWeights: classWeights, sets: sets,
        encoding: encoding)
}

extension TableSchema {
    /// How a resolved specification names column `index`.
    fileprivate func reference(to index: Int) -> ColumnReference {
        columns[index].name.map { .name($0) } ?? .index(index)
    }
}

extension ResolvedTarget {
    /// The weight of each class; `classOfRow` goes with `rows`, of which `train` are some, in the same order.
    fileprivate func weights(
        by choice: ClassWeight?, train: [Int32], rows: [Int32], at pointer: String
    ) throws(Faults) -> [Double]? {
        guard let choice else { return nil }
        if task == .regression { throw Faults(pointer: pointer, detail: "needs classes, and this is regression") }
        var counts = [Int](repeating: 0, count: classes.count)
        var next = train.startIndex
        for (row, index) in zip(rows, classOfRow) where next < train.endIndex && row == train[next] {
            next += 1
            counts[Int(index)] += 1
        }
        return try choice.resolved(for: classes, counts: counts, at: pointer)
    }
}

/// The columns a job uses, by number.
private struct ColumnChoice {
    var target: Int
    var sampleWeight: Int?
    var features: [Int]

    init(_ specification: DataSpecification, _ schema: TableSchema, _ pointers: DataPointers) throws(Faults) {
        let faults = FaultCollector()
        let lookup = ColumnLookup(schema)
        var target = schema.target
        if let reference = specification.target {
            target = lookup.find(reference, at: pointers.target, faults)
        } else if target == nil {
            faults.add(pointers.target, "is required: the column to predict")
        }
        var sampleWeight = schema.sampleWeight
        if let reference = specification.sampleWeight {
            sampleWeight = lookup.find(reference, at: pointers.sampleWeight, faults)
        }
        if let sampleWeight, sampleWeight == target {
            faults.add(pointers.sampleWeight, "\(schema.title(sampleWeight)) is the target")
        }
        var features: [Int] = []
        var used: Set<Int> = []
        for (place, reference) in (specification.features ?? []).enumerated() {
            let here = "\(pointers.base)/features/\(place)"
            guard let column = lookup.find(reference, at: here, faults) else { continue }
            if column == target { faults.add(here, "\(schema.title(column)) is the target") }
            if column == sampleWeight { faults.add(here, "\(schema.title(column)) has the sample weights") }
            if !used.insert(column).inserted { faults.add(here, "\(schema.title(column)) appears more than once") }
            features.append(column)
        }
        if specification.features == nil {
            features = schema.columns.indices.filter { $0 != target && $0 != sampleWeight }
        }
        if features.isEmpty && faults.faults.isEmpty {
            let others = sampleWeight == nil ? "" : " beside the weights"
            faults.add(pointers.target, "is the only column\(others): there is nothing to predict it from")
        }
        try faults.throwIfAny()
        self.target = target ?? 0
        self.sampleWeight = sampleWeight
        self.features = features
    }
}

/// Rows that may be used, of all sets and, where the job gives the sets itself, of each.
struct UsableRows {
    var all: [Int32]
    var sets: Split?
}

private func usableRows(
    _ specification: DataSpecification, _ table: MappedTable, _ columns: ColumnChoice, _ pointers: DataPointers
) throws(Faults) -> UsableRows {
    let schema = table.schema
    let labels = [columns.target, columns.sampleWeight].compactMap(\.self)
    let used = columns.features + labels
    let gaps = used.filter { schema.columns[$0].missing > 0 }
    let forbidden =
        switch specification.missing {
        case .error: gaps
        case .mean: gaps.filter { labels.contains($0) }
        case .drop: [Int]()
        }
    let faults = FaultCollector()
    for column in forbidden {
        let row = schema.columns[column].firstMissingRow ?? 1
        let remedy = labels.contains(column) ? "\"missing\": \"drop\"" : "\"missing\": \"mean\" or \"drop\""
        let count = schema.columns[column].missing
        let cells = count == 1 ? "1 missing cell" : "\(count) missing cells, the first"
        faults.add(
            column == columns.sampleWeight
                ? pointers.sampleWeight(row: row - 1)
                : pointers.cell(row: row - 1, column: column == columns.target ? nil : column),
            "\(schema.title(column)) has \(cells) in row \(row); \(remedy) would accept that")
    }
    try faults.throwIfAny()
    var isUsable = [Bool](repeating: true, count: schema.rows)
    if specification.missing == .drop, !gaps.isEmpty {
        let cells = table.cells
        for row in 0..<schema.rows { isUsable[row] = !gaps.contains { cells[row, $0].isNaN } }
    }
    func rows(_ range: Range<Int>) -> [Int32] { range.lazy.filter { isUsable[$0] }.map(Int32.init) }
    var usable = UsableRows(all: rows(0..<schema.rows))
    if case .sets(let train, let dev, let test) = specification.source {
        guard train + dev + test == schema.rows else {
            throw Faults(pointer: pointers.base, detail: "the sets have other rows than the table")
        }
        usable.sets = Split(
            train: rows(0..<train), dev: rows(train..<train + dev), test: rows(train + dev..<schema.rows))
    }
    if (usable.sets?.train ?? usable.all).isEmpty {
        throw Faults(pointer: pointers.base, detail: "every training row has a missing cell, so that none is left")
    }
    return usable
}

/// Deals the rows, and writes what was decided into `specification`.
private func deal(
    _ rows: UsableRows, _ target: ResolvedTarget, _ specification: inout DataSpecification, seed: UInt64,
    _ pointers: DataPointers
) throws(Faults) -> Split {
    if let sets = rows.sets { return sets }
    let isClassification = target.task != .regression
    if specification.split.stratify == true && !isClassification {
        let detail = "needs classes, and this is regression"
        throw Faults(pointer: "\(pointers.base)/split/stratify", detail: detail)
    }
    let stratify = specification.split.stratify ?? isClassification
    let fractions = specification.split.fractions ?? .standard(rows: rows.all.count)
    specification.split = SplitSpecification(fractions: fractions, stratify: stratify)
    if !stratify { return Split(rows.all, fractions, seed: seed) }
    return Split(
        rows.all, classOfRow: target.classOfRow, classes: target.classes.count, fractions, seed: seed)
}

/// Training on a single class teaches nothing, whatever the other sets hold.
private func checkTrainingClasses(
    _ train: [Int32], _ target: ResolvedTarget, _ rows: [Int32], _ pointers: DataPointers
) throws(Faults) {
    if target.task == .regression { return }
    var first: Int32?
    var next = train.startIndex
    for (row, index) in zip(rows, target.classOfRow) where next < train.endIndex && row == train[next] {
        next += 1
        if let first, first != index { return }
        first = index
    }
    throw Faults(pointer: pointers.target, detail: "the training rows have one class only; at least two are needed")
}

/// The network's inputs with their normalisation, fitted on the training rows, and what was found there.
private func fitInputs(
    _ table: MappedTable, _ columns: [Int], _ train: [Int32], _ specification: DataSpecification,
    _ limits: DatasetLimits, _ pointers: DataPointers
) throws(Faults) -> ([InputFeature], [ColumnStatistics], InputEncoding) {
    let schema = table.schema
    let width = columns.reduce(0) { $0 + (schema.columns[$1].kind == .text ? schema.columns[$1].categories.count : 1) }
    guard width <= limits.features else {
        let detail = "gives \(width) inputs after one-hot encoding; at most \(limits.features) are allowed"
        throw Faults(pointer: "\(pointers.base)/features", detail: detail)
    }
    let faults = FaultCollector()
    let plain = columns.filter { schema.columns[$0].kind != .text }
    let statistics = Dictionary(
        zip(plain, ColumnStatistics.of(table.cells, columns: plain, rows: train)),
        uniquingKeysWith: { first, _ in first })
    var inputs: [InputFeature] = []
    var fits: [ColumnStatistics] = []
    for column in columns {
        let isText = schema.columns[column].kind == .text
        let categories = schema.columns[column].categories.count
        let fitted =
            isText
            ? ColumnStatistics.oneHot(table.cells, column: column, categories: categories, rows: train)
            : [statistics[column] ?? ColumnStatistics()]
        for (code, fit) in fitted.enumerated() {
            if !fit.mean.isFinite || !fit.standardDeviation.isFinite {
                faults.add(pointers.base, "\(schema.title(column)) has numbers too large for a mean and a deviation")
            }
            if fit.count == 0 && code == 0 {
                faults.add(pointers.base, "\(schema.title(column)) has no cell in the training rows")
            }
            var input = InputFeature(column: column, category: isText ? Double(code) : nil)
            if specification.normalize == .standard {
                input.mean = fit.mean
                input.standardDeviation = fit.standardDeviation
            }
            if specification.missing == .mean { input.missingValue = fit.mean }
            inputs.append(input)
            fits.append(fit)
        }
        // A text column whose every cell is missing has no category, and so no input of its own.
        if fitted.isEmpty { faults.add(pointers.base, "\(schema.title(column)) has no cell in the training rows") }
    }
    try faults.throwIfAny()
    let encoding = InputEncoding(
        columns: columns.map { index in
            let column = schema.columns[index]
            return InputEncoding.Column(
                name: column.name, index: index, kind: column.kind, categories: column.categories)
        },
        mean: inputs.map(\.mean), standardDeviation: inputs.map(\.standardDeviation),
        fill: specification.missing == .mean ? inputs.compactMap(\.missingValue) : nil)
    return (inputs, fits, encoding)
}
