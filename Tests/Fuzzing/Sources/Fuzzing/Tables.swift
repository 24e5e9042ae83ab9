import Datasets
import Foundation

/// Where data sets are read into: memory alone, and small, so that limits are met.
enum Tables {
    static let store: TableStore = {
        var limits = DatasetLimits()
        limits.cells = 1 << 16
        limits.columns = 64
        limits.categoriesPerColumn = 100
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-fuzz-\(getpid())").path
        do {
            return try TableStore(directory: folder, limits: limits, inlineLimit: 1 << 24)
        } catch {
            violation("no folder for tables: \(error)")
        }
    }()

    /// Reads the same bytes as part of a request and as an upload, which must come to the same table or the same fault.
    static func compare(
        _ bytes: UnsafeRawBufferPointer, _ inline: (UnsafeRawBufferPointer) throws -> TableReference,
        _ uploaded: (UploadedContent) throws -> TableReference
    ) {
        let first = Result { try inline(bytes) }
        let second = Result { try uploaded(UploadedContent(bytes, isMapped: false)) }
        switch (first, second) {
        case (.success(let first), .success(let second)):
            if first.hash != second.hash { violation("two tables of the same bytes") }
            read(first)
        case (.failure(let first), .failure(let second)):
            if "\(first)" != "\(second)" { violation("two faults of the same bytes: \(first); \(second)") }
        default: violation("read one way and refused the other: \(first), \(second)")
        }
    }

    /// Opens what was written.
    private static func read(_ reference: TableReference) {
        do {
            _ = try store.open(reference.hash, content: reference.content)
        } catch {
            violation("a table that was just written cannot be opened: \(error)")
        }
    }
}
