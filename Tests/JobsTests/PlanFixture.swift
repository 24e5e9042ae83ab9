import Datasets
import JSONDocument
import Jobs
import Perceptron
import Testing

/// A table folder of its own, with what brings requests and their data together.
struct PlanFixture {
    let directory: TemporaryDirectory
    let tables: TableStore

    init() throws {
        directory = try TemporaryDirectory()
        tables = try TableStore(directory: directory.path + "/tables")
    }

    /// The plan of a job's document; a data set it names is the one with `datasetTable`.
    func plan(
        _ document: String, seed: UInt32 = 7, datasetTable: String? = nil, limits jobLimits: JobLimits = .most
    ) throws -> JobPlan {
        let request = JobRequest(try node(document)) { seed }
        guard let data = request.data, request.faults.isEmpty else { throw Faults(request.faults) }
        var (specification, _) = try data.ingest(into: tables)
        if let datasetTable { specification.table = datasetTable }
        return try JobPlan(
            data: specification, network: request.network, training: request.training,
            baseError: request.baseError, table: tables.open(try #require(specification.table)), limits: tables.limits,
            jobLimits: jobLimits)
    }

    /// The faults of a job's document as "pointer: detail", those of the data included.
    func faults(_ document: String) throws -> [String] {
        do {
            _ = try plan(document)
            return []
        } catch let faults as Faults {
            return faults.all.map { "\($0.pointer): \($0.detail)" }
        }
    }

    /// The pointers alone.
    func pointers(_ document: String) throws -> [String] {
        try faults(document).map { String($0.prefix { $0 != ":" }) }
    }
}

/// A parsed JSON text.
func node(_ text: String) throws -> JSONNode { try JSONDocument.parse(Array(text.utf8)).root }

/// A job's document over a small set of two classes.
func document(network: String = "{}", training: String = "{}", data: String = xorData) -> String {
    #"{"data": \#(data), "network": \#(network), "training": \#(training)}"#
}

let xorData = #"{"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0]}"#

/// Numbers of a test's own, the same in every run (SplitMix64, Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
