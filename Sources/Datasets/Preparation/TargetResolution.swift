import JSONDocument
import Perceptron

/// What the target turned out to be.
struct ResolvedTarget {
    var task: Task
    /// In the order of their outputs; empty for regression.
    var classes: [ClassLabel]
    var encoding: TargetEncoding
    /// The class of each usable row, in their order; empty for regression.
    var classOfRow: [Int32]

    /// Numbers with at most this many values may be classes.
    private static let mostGuessedClasses = 20

    /// Looks at the target of the usable rows; where the job gives the sets itself, those of training alone decide, and
    /// a class that only another set has is a fault at its cell. With `auto`: texts and booleans are classes, two of them binary, more
    /// multiclass; numbers are binary with exactly two values, multiclass with 3 to 20 values that are the whole numbers
    /// from 0 or 1 on without a gap and come twice or more on average, else regression.
    init(
        _ choice: TaskChoice, table: MappedTable, column: Int, rows: UsableRows, limits: DatasetLimits,
        _ pointers: DataPointers
    ) throws(Faults) {
        let pointer = pointers.target
        let deciding = rows.sets?.train ?? rows.all
        let cells = table.cells
        let schema = table.schema.columns[column]
        let title = table.schema.title(column)
        var values: Set<Double> = []
        for row in deciding {
            values.insert(cells[Int(row), column])
            if values.count > limits.classes { break }
        }
        let task = choice.task ?? ResolvedTarget.guess(values.sorted(), kind: schema.kind, rows: deciding.count)
        self.task = task
        if task == .regression {
            if schema.kind == .text {
                throw Faults(pointer: pointer, detail: "\(title) is text; regression needs numbers")
            }
            classes = []
            encoding = .value
            classOfRow = []
            return
        }
        let codes = values.sorted()
        if codes.count > limits.classes {
            throw Faults(
                pointer: pointer, detail: "\(title) has more than \(limits.classes) distinct values for classes")
        }
        classes = codes.map { ResolvedTarget.label($0, schema) }
        if codes.count == 1 {
            let only = classes[0].words
            throw Faults(pointer: pointer, detail: "\(title) has one class only, \(only); at least two are needed")
        }
        if task == .binary, codes.count != 2 {
            throw Faults(pointer: pointer, detail: "\(title) has \(codes.count) classes; binary needs exactly two")
        }
        encoding = .classes(codes: codes)
        let places = Dictionary(zip(codes, Int32(0)...), uniquingKeysWith: { first, _ in first })
        classOfRow = []
        classOfRow.reserveCapacity(rows.all.count)
        let faults = FaultCollector()
        for row in rows.all {
            let cell = cells[Int(row), column]
            if places[cell] == nil {
                let label = ResolvedTarget.label(cell, schema).words
                faults.add(pointers.cell(row: Int(row), column: nil), "\(label) is a class that no training row has")
                if faults.faults.count == FaultCollector.limit { break }
            }
            classOfRow.append(places[cell] ?? 0)
        }
        try faults.throwIfAny()
    }

    private static func guess(_ values: [Double], kind: TableSchema.Column.Kind, rows: Int) -> Task {
        // One value is nothing to learn; as a task with classes it is refused as such.
        if values.count <= 2 { return .binary }
        if kind != .numeric { return .multiclass }
        let isDense =
            values.enumerated().allSatisfy { $1 == values[0] + Double($0) } && (values[0] == 0 || values[0] == 1)
        return isDense && values.count <= mostGuessedClasses && values.count * 2 <= rows ? .multiclass : .regression
    }

    private static func label(_ code: Double, _ column: TableSchema.Column) -> ClassLabel {
        switch column.kind {
        case .numeric: .number(code)
        case .boolean: .boolean(code != 0)
        case .text:
            .text(Int(exactly: code).flatMap { $0 < column.categories.count ? column.categories[$0] : nil } ?? "?")
        }
    }
}

extension ClassLabel {
    /// The label as a fault speaks of it.
    var words: String {
        switch self {
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): "\"\(text.prefix(40))\""
        case .boolean(let flag): "\(flag)"
        }
    }
}
