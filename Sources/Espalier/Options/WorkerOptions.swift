import ArgumentParser
import Foundation

/// How much is trained at a time.
struct WorkerOptions: ParsableArguments {
    @Option(help: "Jobs trained at the same time; one per core unless told.")
    var workers: Int = Environment.integer("WORKERS") ?? ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be a number from 1 to 1024.") }
    }
}
