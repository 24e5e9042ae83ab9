import ArgumentParser
import Foundation

/// What the environment says of an option.
enum Environment {
    /// The variable `ESPALIER_<name>`, if set and not empty.
    static func text(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["ESPALIER_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Its parts between commas, without blanks around them.
    static func list(_ name: String) -> [String] {
        (text(name) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// The same as one of a few words; `require` refuses others.
    static func choice<Choice: RawRepresentable<String>>(_ name: String) -> Choice? {
        text(name).flatMap { Choice(rawValue: $0) }
    }

    /// Throws where the variable is set, and to none of the words.
    static func require<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type, _ name: String) throws {
        guard let text = text(name), Choice(rawValue: text) == nil else { return }
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("ESPALIER_\(name) must be one of: \(words).")
    }

    /// The same as a whole number; one that no option allows where it is none.
    static func integer(_ name: String) -> Int? { text(name).map { Int($0) ?? -1 } }

    /// Whether it is on: `true`, `yes` or `1`.
    static func flag(_ name: String) -> Bool { ["true", "yes", "1"].contains(text(name)?.lowercased()) }

    /// The same as a number.
    static func number(_ name: String) -> Double? { text(name).map { Double($0) ?? -1 } }
}
