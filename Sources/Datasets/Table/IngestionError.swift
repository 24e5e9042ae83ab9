import JSONDocument

/// Why data did not become a table.
public enum IngestionError: Error, Sendable {
    /// The data is at fault: the client's to mend.
    case faults(Faults)
    /// The folder is: the operator's to mend.
    case storage(StorageError)

    /// A single fault of the data.
    static func fault(_ pointer: String, _ detail: String) -> IngestionError {
        .faults(Faults(pointer: pointer, detail: detail))
    }
}

extension FaultCollector {
    /// Throws what was found, if anything was, as an error of ingestion.
    func throwIfAnyIngesting() throws(IngestionError) {
        if !faults.isEmpty { throw .faults(Faults(faults)) }
    }
}
