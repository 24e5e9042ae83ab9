import JSONDocument

/// What one pass over a CSV text learns of one column.
struct CSVColumn {
    init(isText: Bool = false) { self.isText = isText }

    /// Numbers are categories too: a pass before this one found mostly texts.
    var isText = false
    var categories = CategoryTable()
    /// What the text of each category is, were it not one.
    private var meanings: [Meaning] = []
    /// Texts met, counted per cell; infinite numbers are among them.
    var texts = 0
    var infinities = 0
    var missing = 0
    var firstMissingRow: Int?
    /// The first text that is not an infinite number, and the first that is.
    var firstText: (row: Int, text: String)?
    var firstInfinity: (row: Int, text: String)?
    var hasTooManyCategories = false

    /// The cell's number, NaN for a missing one, or the category's code in the order met.
    mutating func take(
        _ bytes: UnsafeBufferPointer<UInt8>, row: Int, limits: DatasetLimits
    ) throws(CSVColumn.BadText) -> Double {
        if bytes.isEmpty { return takeMissing(row) }
        if let known = categories.find(UnsafeRawBufferPointer(bytes)) {
            switch meanings[known] {
            case .number: break
            case .text: texts += 1
            case .infinite:
                texts += 1
                infinities += 1
            }
            return Double(known)
        }
        switch CSVCell(bytes) {
        case .missing:
            return takeMissing(row)
        case .number(let number):
            return isText ? try code(bytes, .number, limits) : number
        case .infinite:
            infinities += 1
            if firstInfinity == nil { firstInfinity = (row, String(decoding: bytes.prefix(40), as: UTF8.self)) }
            texts += 1
            return try code(bytes, .infinite, limits)
        case .text:
            if firstText == nil { firstText = (row, String(decoding: bytes.prefix(40), as: UTF8.self)) }
            texts += 1
            return try code(bytes, .text, limits)
        }
    }

    private mutating func takeMissing(_ row: Int) -> Double {
        missing += 1
        if firstMissingRow == nil { firstMissingRow = row }
        return .nan
    }

    private enum Meaning { case number, infinite, text }

    /// Why a text cannot be a category.
    enum BadText: Error { case notUTF8, tooLong }

    /// A new category's code.
    private mutating func code(
        _ bytes: UnsafeBufferPointer<UInt8>, _ meaning: Meaning, _ limits: DatasetLimits
    ) throws(BadText) -> Double {
        if bytes.count > limits.textBytes { throw .tooLong }
        if String(validating: bytes, as: UTF8.self) == nil { throw .notUTF8 }
        guard categories.count < limits.categoriesPerColumn else {
            // The column may yet prove to be one of numbers: the verdict comes with the last row.
            hasTooManyCategories = true
            return 0
        }
        meanings.append(meaning)
        return Double(categories.add(UnsafeRawBufferPointer(bytes)))
    }

    /// What the column is, once all `rows` are read.
    enum Verdict {
        case numeric
        case text
        /// To be read again with `isText`.
        case mostlyText
        case fault(String)
    }

    func verdict(rows: Int, title: String, limits: DatasetLimits) -> Verdict {
        if isText || texts > 0 {
            let present = rows - missing
            if !isText {
                if let firstInfinity, texts == infinities {
                    return .fault("not a finite number: row \(firstInfinity.row), \(title): \"\(firstInfinity.text)\"")
                }
                if texts * 10 < present, let first = firstText ?? firstInfinity {
                    return .fault("text where a number belongs: row \(first.row), \(title): \"\(first.text)\"")
                }
            }
            if hasTooManyCategories {
                return .fault("\(title) has more than \(limits.categoriesPerColumn) distinct texts")
            }
            return isText || texts == present ? .text : .mostlyText
        }
        return .numeric
    }
}
