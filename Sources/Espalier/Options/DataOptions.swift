import ArgumentParser

/// Where the data is.
struct DataOptions: ParsableArguments {
    @Option(help: "Directory for jobs, results and data sets; made if missing.")
    var dataDir: String = Environment.text("DATA_DIR") ?? "data"

    func validate() throws {
        guard !dataDir.isEmpty else { throw ValidationError("--data-dir must name a directory.") }
    }
}
