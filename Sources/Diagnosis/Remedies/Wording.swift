extension Suggestion.Value: CustomStringConvertible {
    /// The value as JSON has it, or nearly.
    public var description: String {
        switch self {
        case .number(let number): plain(number)
        case .integer(let number): "\(number)"
        case .numbers(let numbers): "[\(numbers.map(plain).joined(separator: ", "))]"
        case .integers(let numbers): "\(numbers)"
        case .word(let word): "\"\(word)\""
        case .split(let split): "train \(plain(split.train)), dev \(plain(split.dev)), test \(plain(split.test))"
        case .network(let network):
            "{\"hidden_layers\": \(network.units), \"input_keep_prob\": \(plain(network.inputKeepProb)), "
                + "\"batch_norm\": \(network.batchNorm), \"initializer\": \"\(network.initializer.rawValue)\"}"
        case .earlyStopping(let stopping):
            "{\"monitor\": \"\(stopping.monitor.rawValue)\", \"patience\": \(stopping.patience)}"
        case .noise(let deviation): "{\"noise\": {\"std\": \(plain(deviation))}}"
        }
    }
}

/// A number without a needless ".0".
private func plain(_ number: Double) -> String {
    if let whole = Int(exactly: number) { return "\(whole)" }
    return "\(number)"
}

/// A share in percent with one place after the point.
func percent(_ share: Double) -> String {
    let tenths = (share * 1000).rounded()
    guard let whole = Int(exactly: tenths) else { return "more than can be counted %" }
    let sign = whole < 0 ? "−" : ""
    return whole % 10 == 0 ? "\(sign)\(abs(whole / 10)) %" : "\(sign)\(abs(whole) / 10).\(abs(whole) % 10) %"
}
