import Charts
import Datasets
import JSONDocument

/// The one or two features along which a network is looked at, and what the others are held at.
package struct PlaneFeatures: Sendable {
    let encoding: InputEncoding
    /// The place of the horizontal axis' column in the encoding.
    package let x: Int
    /// That of the vertical axis; nil where only one feature is a number, for a curve.
    package let y: Int?
    /// A row of which the cells at `x` and `y` are to be replaced.
    package let cells: [Cell]

    /// Chooses features by name or by number in the data; left out, the first that are numbers. Text has no axis.
    package init(_ data: PreparedData, x: String? = nil, y: String? = nil) throws(Faults) {
        let encoding = data.encoding
        let axes = encoding.columns.indices.filter { encoding.columns[$0].kind != .text }
        guard let first = axes.first else {
            throw Faults(pointer: "/query/x", detail: "cannot be chosen: no feature of this model is a number")
        }
        let faults = FaultCollector()
        let chosenX = x.flatMap { encoding.place($0, as: "x", faults) }
        let chosenY = y.flatMap { encoding.place($0, as: "y", faults) }
        try faults.throwIfAny()
        if let chosenX, chosenX == chosenY {
            throw Faults(pointer: "/query/y", detail: "must be another feature than x")
        }
        let horizontal = chosenX ?? axes.first { $0 != chosenY } ?? first
        if horizontal == chosenY {
            throw Faults(pointer: "/query/y", detail: "is the only feature that is a number; it is x")
        }
        self.x = horizontal
        self.y = chosenY ?? axes.first { $0 != horizontal }
        self.encoding = encoding
        cells = data.typicalCells
    }

    /// The columns that are held, by their places.
    var held: [Int] { encoding.columns.indices.filter { $0 != x && $0 != y } }

    /// A column's name, as in a weights document's features.
    func name(_ place: Int) -> String { encoding.columns[place].displayName }

    /// What the other features are held at, the first few of them by name.
    package var note: String {
        let held = held
        if held.isEmpty { return "" }
        let named = held.prefix(4).map { place in
            let rule = encoding.columns[place].kind == .numeric ? "mean" : "most frequent"
            return "\(name(place)) = \(words(place)) (\(rule))"
        }
        let more = held.count > 4 ? ", and \(held.count - 4) more features likewise" : ""
        return "at " + named.joined(separator: ", ") + more
    }

    private func words(_ place: Int) -> String {
        switch cells[place] {
        case .number(let number):
            encoding.columns[place].kind == .boolean ? String(number != 0) : NumberLabel.short(number)
        case .category(let code): encoding.columns[place].categories[code]
        }
    }

    /// Writes the held features with the cells that a row of a prediction would have.
    func writeHeld(to json: inout JSONWriter) {
        json.array("held") { json in
            for place in held {
                json.object { json in
                    writeName(place, to: &json)
                    json.name("value")
                    switch cells[place] {
                    case .number(let number) where encoding.columns[place].kind == .boolean: json.value(number != 0)
                    case .number(let number): json.value(number)
                    case .category(let code): json.value(encoding.columns[place].categories[code])
                    }
                }
            }
        }
    }

    /// Writes which feature a member is about.
    func writeName(_ place: Int, to json: inout JSONWriter) {
        json.member("feature", name(place))
        json.member("column", encoding.columns[place].index)
    }
}

extension InputEncoding.Column {
    /// Its name; x and its number where it has none.
    fileprivate var displayName: String { name ?? "x\(index)" }
}

extension InputEncoding {
    /// The place of the column that a query names by its name or by its number in the data.
    fileprivate func place(_ reference: String, as parameter: String, _ faults: FaultCollector) -> Int? {
        let named = columns.firstIndex { $0.displayName == reference }
        let number = Int(reference)
        guard let place = named ?? columns.firstIndex(where: { $0.index == number }) else {
            let known = columns.prefix(10).map { "\"\($0.displayName.prefix(40))\"" }.joined(separator: ", ")
            let more = columns.count > 10 ? ", …" : ""
            faults.add("/query/\(parameter)", "is not a feature of this model, which has \(known)\(more)")
            return nil
        }
        guard columns[place].kind != .text else {
            faults.add("/query/\(parameter)", "is a text column; only numbers have an axis")
            return nil
        }
        return place
    }
}
