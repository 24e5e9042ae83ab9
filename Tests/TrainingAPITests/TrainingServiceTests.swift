import Datasets
import Foundation
import JSONDocument
import Jobs
import Perceptron
import SQLiteStore
import Testing
import TrainingAPI

struct TrainingServiceTests {
    @Test(arguments: StoreKind.allCases)
    func aJobIsTrainedAndItsWeightsAreHandedOut(kind: StoreKind) throws {
        let fixture = try ServiceFixture.make(kind)
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        let answer = try fixture.call(
            "POST", "/v1/jobs", document(network: #"{"hidden_layers": [3]}"#, training: #"{"epochs": 5}"#))
        #expect(answer.status == 202)
        let id = try #require(try answer.json["id"]?.string)
        #expect(answer.headers["Location"] == "/v1/jobs/\(id)")
        let job = try fixture.finishedJob(id)
        #expect(job["status"]?.string == "succeeded")
        #expect(job["stop_reason"]?.string == "completed")
        #expect(job["progress"]?["epoch"]?.integer == 5)
        #expect(job["progress"]?["fraction"]?.number == 1)
        #expect(job["parameters"]?.integer == 13)
        #expect(job["error"]?.isNull == true)

        let network = try #require(try fixture.archive.network(of: jobID(id)))
        let weights = try fixture.call("GET", "/v1/jobs/\(id)/weights")
        #expect(weights.status == 200)
        let layers = try weights.json["layers"].map { Array($0.elements) } ?? []
        for (found, expected) in zip(layers, network.layers) {
            let numbers = found["weights"]?.elements.flatMap { $0.elements.compactMap(\.number) } ?? []
            #expect(numbers.map { Float($0) } == expected.weights.map { Float($0) })
        }
        #expect(layers.count == 2)
        #expect(try fixture.call("GET", "/v1/jobs/\(id)/history").json["data"]?.count == 6)
        let predictions = try fixture.call("POST", "/v1/jobs/\(id)/predictions", #"{"x": [[0, 1], [1, 1]]}"#)
        #expect(try predictions.json["data"]?.count == 2)
        let events = try fixture.call("GET", "/v1/jobs/\(id)/events").json["data"]
        #expect(events?.elements.compactMap { $0["id"]?.integer } == Array(1...(events?.count ?? 1)))
    }

    @Test(arguments: StoreKind.allCases)
    func theSameJobGivesTheSameDocument(kind: StoreKind) throws {
        let fixture = try ServiceFixture.make(kind, workers: 2)
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        let training = #"{"epochs": 20, "seed": 4, "batch_size": 3}"#
        let ids = try (1...6).map { _ in try fixture.submit(document(training: training)) }
        let documents = try ids.map { id in
            #expect(try fixture.finishedJob(id)["status"]?.string == "succeeded")
            return try fixture.call("GET", "/v1/jobs/\(id)/weights").bytes
        }
        #expect(Set(documents).count == 1)
    }

    @Test func aWeightsDocumentsLayersStartAnotherJob() throws {
        let fixture = try ServiceFixture.make()
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        let network = #""hidden_layers": [3], "activation": "tanh", "batch_norm": true"#
        let first = try fixture.submit(document(network: "{\(network)}"))
        #expect(try fixture.finishedJob(first)["status"]?.string == "succeeded")
        let weights = try fixture.call("GET", "/v1/jobs/\(first)/weights").json
        var json = JSONWriter()
        json.value(try #require(weights["layers"]))
        let layers = String(decoding: json.bytes, as: UTF8.self)
        let second = try fixture.submit(
            document(
                network: #"{"batch_norm": true, "initial_weights": \#(layers)}"#,
                training: #"{"epochs": 1, "optimizer": "sgd", "learning_rate": 1e-30}"#))
        let job = try fixture.finishedJob(second)
        #expect(job["status"]?.string == "succeeded")
        #expect(job["settings"]?["network"]?["activation"]?.elements.map(\.string) == ["tanh"])
        let again = try fixture.call("GET", "/v1/jobs/\(second)/weights").json
        let (before, after) = (weights["layers"], again["layers"])
        func texts(_ node: JSONNode?) -> [String] {
            node?.elements.map { layer in
                var json = JSONWriter()
                json.value(layer["weights"] ?? layer)
                return String(decoding: json.bytes, as: UTF8.self)
            } ?? []
        }
        #expect(texts(before) == texts(after) && texts(after).count == 2)
        // Forgetting the last job that needs the starting weights forgets them too.
        let hash = try #require(try fixture.store.job(jobID(second))?.initialWeightsHash)
        #expect(try fixture.store.content(hash) != nil)
        #expect(try fixture.call("DELETE", "/v1/jobs/\(second)").status == 204)
        #expect(try fixture.store.content(hash) == nil)
        #expect(try fixture.weights.hashes() == [])
    }

    @Test func aFullQueueRefusesAndStoresNothing() throws {
        let fixture = try ServiceFixture.make(limits: ServiceLimits(queuedJobs: 2), inlineLimit: 0)
        let first = try fixture.submit(document())
        _ = try fixture.submit(document())
        let other = document(data: #"{"x": [[5], [6]], "y": [0, 1]}"#)
        let answer = try fixture.call("POST", "/v1/jobs", other)
        #expect(answer.status == 429)
        #expect(answer.code == "queue_full")
        #expect(answer.headers["Retry-After"].flatMap { Int($0) }.map { $0 > 0 } == true)
        #expect(try fixture.tables.hashes().count == 1)
        #expect(try fixture.call("POST", "/v1/jobs/\(first)/cancel").status == 200)
        _ = try fixture.submit(other)
    }

    @Test(arguments: [
        (#"{"x": [[1], [2]], "y": [1, 1], "task": "binary"}"#, "/data/y"),
        (#"{"csv": "a,y\n1,0\n2,1\n", "target": "z"}"#, "/data/target"),
        (#"{"x": [[1], [null]], "y": [0, 1]}"#, "/data/x/1/0"),
    ])
    func aJobThatIsRefusedLeavesNothing(data: String, pointer: String) throws {
        let fixture = try ServiceFixture.make(inlineLimit: 0)
        let answer = try fixture.call("POST", "/v1/jobs", document(data: data))
        #expect(answer.status == 422)
        #expect(answer.pointers == [pointer], "\(answer.text)")
        #expect(try fixture.tables.hashes() == [])
        #expect(try fixture.store.queuedCount() == 0)
    }

    @Test(arguments: [
        (#"{"csv": "a,y\n1,0\n2,1\n", "target": "z"}"#, "/data/target"), (#"{"dataset": "ds_x"}"#, "/data/dataset"),
        (#"{"x": [[1], [2, 3]], "y": [0, 1]}"#, "/data/x/1"),
        (#"{"x": [[1], [2]], "y": [0, 0], "task": "binary"}"#, "/data/y"),
    ])
    func faultsOfSettingsAndDataAreToldTogether(data: String, pointer: String) throws {
        let fixture = try ServiceFixture.make(inlineLimit: 0)
        let answer = try fixture.call(
            "POST", "/v1/jobs",
            document(network: #"{"keep_prob": 0}"#, training: #"{"epochs": 0}"#, data: data))
        #expect(answer.status == 422)
        #expect(Set(answer.pointers) == ["/network/keep_prob", "/training/epochs", pointer])
        #expect(try fixture.tables.hashes() == [])
    }

    @Test(arguments: [0, JobArchive.inlineLimit])
    func aGradientCheckLeavesNothing(inlineLimit: Int) throws {
        let fixture = try ServiceFixture.make(inlineLimit: inlineLimit)
        let answer = try fixture.call("POST", "/v1/gradient-checks", document(network: #"{"activation": "tanh"}"#))
        #expect(answer.status == 200)
        #expect(try answer.json["verdict"]?.string == "correct")
        #expect(try fixture.tables.hashes() == [])
        #expect(try fixture.store.queuedCount() == 0)
    }

    @Test func moreRowsThanAnAnswerMayHoldAreRefused() throws {
        let fixture = try ServiceFixture.make(limits: ServiceLimits(predictionNumbers: 9))
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        let id = try fixture.submit(document())
        _ = try fixture.finishedJob(id)
        func predict(_ rows: Int) throws -> Answer {
            let body = #"{"x": \#([[Int]](repeating: [0, 1], count: rows))}"#
            return try fixture.call("POST", "/v1/jobs/\(id)/predictions", body)
        }
        // Two inputs and one output a row.
        #expect(try predict(3).status == 200)
        let answer = try predict(4)
        #expect(answer.status == 422)
        #expect(answer.pointers == ["/x"])
    }

    @Test(arguments: StoreKind.allCases, [0, JobArchive.inlineLimit])
    func aFinishedJobIsForgottenWithItsFiles(kind: StoreKind, inlineLimit: Int) throws {
        let fixture = try ServiceFixture.make(kind, inlineLimit: inlineLimit)
        let id = try fixture.submit(document())
        let table = try #require(try fixture.store.job(jobID(id))?.tableHash)
        #expect(try (fixture.store.content(table) == nil) == (inlineLimit == 0))
        #expect(try fixture.tables.hashes() == (inlineLimit == 0 ? [table] : []))
        let refused = try fixture.call("DELETE", "/v1/jobs/\(id)")
        #expect(refused.status == 409)
        #expect(refused.code == "wrong_state")
        let early = try fixture.call("GET", "/v1/jobs/\(id)/weights")
        #expect(early.status == 409)
        #expect(early.text.contains("queued"))
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        _ = try fixture.finishedJob(id)
        #expect(try fixture.call("POST", "/v1/jobs/\(id)/cancel").status == 409)
        #expect(try fixture.call("DELETE", "/v1/jobs/\(id)").status == 204)
        for path in ["", "/weights", "/history", "/events"] {
            #expect(try fixture.call("GET", "/v1/jobs/\(id)\(path)").status == 404)
        }
        #expect(try fixture.call("DELETE", "/v1/jobs/\(id)").status == 404)
        #expect(try fixture.tables.hashes() == [])
        #expect(try fixture.store.content(table) == nil)
        #expect(try fixture.archive.network(of: jobID(id)) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aRunningJobIsCancelledAndKeepsItsWeights(kind: StoreKind) throws {
        let fixture = try ServiceFixture.make(kind)
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        let id = try fixture.submit(document(training: #"{"epochs": 10000000}"#))
        _ = try fixture.job(id) { $0 == "running" }
        let answer = try fixture.call("POST", "/v1/jobs/\(id)/cancel")
        #expect(answer.status == 202 || answer.status == 200)
        let job = try fixture.finishedJob(id)
        #expect(job["status"]?.string == "cancelled")
        #expect(job["stop_reason"]?.string == "cancelled")
        #expect(try fixture.call("GET", "/v1/jobs/\(id)/weights").status == 200)
        #expect(try fixture.call("POST", "/v1/jobs/\(id)/cancel").status == 200)
    }

    @Test func aJobThatDivergesSaysSo() throws {
        let fixture = try ServiceFixture.make()
        try fixture.service.recover()
        try fixture.service.start()
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        let data = #"{"x": [[1], [2], [3]], "y": [1e30, -2e30, 3e30], "task": "regression"}"#
        let id = try fixture.submit(document(training: #"{"optimizer": "sgd", "learning_rate": 1e6}"#, data: data))
        let job = try fixture.finishedJob(id)
        #expect(job["status"]?.string == "failed")
        #expect(job["stop_reason"]?.string == "diverged")
        #expect(job["error"]?["code"]?.string == "diverged")
        #expect(job["error"]?["status"]?.integer == 422)
        #expect(job["error"]?["epoch"]?.integer != nil && job["error"]?["step"]?.integer != nil)
        #expect(try fixture.call("GET", "/v1/jobs/\(id)/weights").status == 409)
    }

    @Test func anotherServiceOverTheSameFolderGoesOn() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let first = try ServiceFixture.make(in: directory, store: store, inlineLimit: 0)
        try first.service.recover()
        try first.service.start()
        let finished = try first.submit(document())
        #expect(try first.finishedJob(finished)["status"]?.string == "succeeded")
        let weights = try first.call("GET", "/v1/jobs/\(finished)/weights").bytes
        let running = try first.submit(document(training: #"{"epochs": 10000000}"#))
        _ = try first.job(running) { $0 == "running" }
        let queued = try first.submit(document(training: #"{"epochs": 2}"#))
        #expect(first.service.stop(timeout: .seconds(10)))
        #expect(try first.call("GET", "/v1/jobs/\(running)").json["status"]?.string == "queued")
        let late = try first.submit(document(training: #"{"epochs": 1}"#, data: #"{"x": [[5], [6]], "y": [0, 1]}"#))
        let network = try #require(try first.archive.network(of: jobID(finished)))
        try store.close()

        // What a crash leaves: a table and a network that nothing refers to.
        let stray = try Array("[[42]]".utf8).withUnsafeBytes { try first.tables.ingestJSON($0) }.hash
        let stranger = JobID.random()
        try first.networks.store(network.encoded(), for: stranger)

        let second = try ServiceFixture.make(.sqlite, in: directory, workers: 2)
        try second.service.recover()
        try second.service.start()
        defer { _ = second.service.stop(timeout: .seconds(10)) }
        #expect(try second.call("GET", "/v1/jobs/\(finished)").json["status"]?.string == "succeeded")
        #expect(try second.call("GET", "/v1/jobs/\(finished)/weights").bytes == weights)
        #expect(try second.finishedJob(queued)["status"]?.string == "succeeded")
        #expect(try second.finishedJob(late)["status"]?.string == "succeeded")
        _ = try second.job(running) { $0 == "running" }
        #expect([200, 202].contains(try second.call("POST", "/v1/jobs/\(running)/cancel").status))
        #expect(try second.finishedJob(running)["status"]?.string == "cancelled")
        #expect(try !second.tables.hashes().contains(stray))
        #expect(try second.tables.hashes().count == 2)
        #expect(try second.networks.network(of: stranger) == nil)
    }
}
