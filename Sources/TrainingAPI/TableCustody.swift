import Datasets
import Jobs
import Synchronization

/// Keeps files that jobs and data sets share for as long as any of them needs them. A new reference is only safe from a
/// clean-up once it is in the store, so none is done while something is being taken in.
package final class TableCustody: Sendable {
    private struct State {
        var intakes = 0
        var tables: Set<String> = []
        var initialWeights: Set<String> = []
        var hasWork: Bool { !tables.isEmpty || !initialWeights.isEmpty }
    }

    private let store: any JobStore
    private let tables: TableStore
    private let initialWeights: InitialWeightsArchive
    private let report: Report
    private let state = Mutex(State())

    package init(
        store: any JobStore, tables: TableStore, initialWeights: InitialWeightsArchive,
        report: Report
    ) {
        self.store = store
        self.tables = tables
        self.initialWeights = initialWeights
        self.report = report
    }

    /// Runs `body`, which stores files and then a reference to them. If it throws, what it stored is a leftover that
    /// the next start sweeps.
    package func takingIn<Value>(_ body: () throws -> Value) throws -> Value {
        state.withLock { $0.intakes += 1 }
        defer {
            state.withLock { state in
                state.intakes -= 1
                sweepIfQuiet(&state)
            }
        }
        return try body()
    }

    /// To be told when something that referred to these files is gone.
    package func released(table: String? = nil, initialWeights: String? = nil) {
        state.withLock { state in
            if let table { state.tables.insert(table) }
            if let initialWeights { state.initialWeights.insert(initialWeights) }
            sweepIfQuiet(&state)
        }
    }

    /// Deletes everything that nothing refers to.
    package func sweepAll() throws {
        let stored = (tables: try tables.hashes(), weights: try initialWeights.hashes())
        state.withLock { state in
            state.tables.formUnion(stored.tables)
            state.initialWeights.formUnion(stored.weights)
            sweepIfQuiet(&state)
        }
    }

    private func sweepIfQuiet(_ state: inout State) {
        guard state.intakes == 0, state.hasWork else { return }
        do {
            if !state.tables.isEmpty {
                let needed = try store.referencedTables()
                for hash in state.tables where !needed.contains(hash) { try tables.remove(hash) }
                state.tables = []
            }
            if !state.initialWeights.isEmpty {
                let needed = try store.referencedInitialWeights()
                for hash in state.initialWeights where !needed.contains(hash) { try initialWeights.remove(hash) }
                state.initialWeights = []
            }
        } catch {
            // Nothing is lost: what stays undeleted is looked at again the next time.
            report("files that nothing needs are still there: \(error)", level: .warning)
        }
    }
}
