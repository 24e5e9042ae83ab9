import Datasets
import Foundation
import JSONDocument
import Perceptron
import Testing

/// A store in a folder of its own, gone with the fixture.
final class TableFixture {
    let directory: String
    let store: TableStore

    init(limits: DatasetLimits = DatasetLimits()) throws {
        directory = FileManager.default.temporaryDirectory.path + "/tables-\(UUID().uuidString)"
        store = try TableStore(directory: directory, limits: limits)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func csv(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> TableReference {
        try csv(Array(text.utf8), options)
    }

    func csv(_ bytes: [UInt8], _ options: CSVOptions = CSVOptions()) throws -> TableReference {
        try bytes.withUnsafeBytes { try store.ingestCSV($0, options: options, at: "/data/csv") }
    }

    func npy(_ bytes: some Collection<UInt8>) throws -> TableReference {
        try Array(bytes).withUnsafeBytes { try store.ingestNPY($0) }
    }

    func json(_ text: String) throws -> TableReference { try store.ingestJSON(text: text) }

    func json(_ bytes: [UInt8]) throws -> TableReference { try bytes.withUnsafeBytes { try store.ingestJSON($0) } }

    /// A stored table's cells, row by row.
    func rows(_ reference: TableReference) throws -> [[Double]] {
        let cells = try store.open(reference.hash).cells
        return (0..<cells.rows).map { row in (0..<cells.columns).map { cells[row, $0] } }
    }

    /// Names in the folder.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    /// Runs a Python program with `directory` as its first argument.
    func python(_ program: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, directory]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
    }
}

extension TableStore {
    func ingestJSON(text: String) throws -> TableReference {
        try Array(text.utf8).withUnsafeBytes { try ingestJSON($0) }
    }
}

func parse(_ text: String) throws -> JSONNode { try JSONDocument.parse(Array(text.utf8)).root }

/// The faults that `body` throws, as "pointer: detail"; empty if it throws none.
func faults<Result>(_ body: () throws -> Result) throws -> [String] {
    do {
        _ = try body()
        return []
    } catch IngestionError.faults(let faults) {
        return faults.all.map { "\($0.pointer): \($0.detail)" }
    } catch let faults as Faults {
        return faults.all.map { "\($0.pointer): \($0.detail)" }
    }
}

/// Bits, so that NaN equals NaN and 0 is not −0.
func bits(_ rows: [[Double]]) -> [[UInt64]] { rows.map { $0.map(\.bitPattern) } }
