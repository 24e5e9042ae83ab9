import Datasets
import Foundation
import JSONDocument
import Jobs
import Perceptron
import Testing

/// What a job is stored with brings the same job back.
struct SettingsTests {
    @Test(arguments: 0..<400 as Range<UInt64>)
    func storedSettingsGiveTheSamePlanAgain(seed: UInt64) throws {
        let fixture = try PlanFixture()
        var random = RandomJobDocument(seed: seed)
        let document = random.make()
        var table: String?
        if random.namesDataset {
            table = try fixture.plan(#"{"data": \#(random.dataset())}"#).data.specification.table
        }
        let plan = try fixture.plan(document, datasetTable: table)
        let settings = plan.settings(initialWeightsHash: nil)
        let again = try JobPlan(
            stored: settings, initialLayers: nil,
            table: fixture.tables.open(try #require(plan.data.specification.table)),
            limits: fixture.tables.limits)

        #expect(again.data.specification == plan.data.specification)
        #expect(again.data.encoding == plan.data.encoding)
        #expect(again.data.classes == plan.data.classes)
        #expect(again.data.classWeights == plan.data.classWeights)
        #expect(again.data.sets.train.weights == plan.data.sets.train.weights)
        #expect(again.data.sets.dev?.weights == plan.data.sets.dev?.weights)
        #expect(again.data.sets.train.rows == plan.data.sets.train.rows)
        #expect(again.data.sets.dev?.rows == plan.data.sets.dev?.rows)
        #expect(again.data.sets.test?.rows == plan.data.sets.test?.rows)
        // Numbers describe themselves by the shortest text that reads back to them: equal texts are equal values.
        #expect("\(again.training)" == "\(plan.training)")
        #expect("\(again.network)" == "\(plan.network)")
        #expect(again.baseError == plan.baseError)
        #expect(again.settings(initialWeightsHash: nil) == settings)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func resolvedSettingsMayBeSentBack(seed: UInt64) throws {
        let fixture = try PlanFixture()
        var random = RandomJobDocument(seed: seed)
        var document = random.make()
        while random.namesDataset { document = random.make() }
        let settings = try JSONDocument.parse(try fixture.plan(document).settings(initialWeightsHash: nil)).root
        let data = try #require(try node(document)["data"])
        var again = JSONWriter()
        again.object { json in
            json.name("data")
            json.value(data)
            for part in ["network", "training", "base_error"] {
                json.name(part)
                if let node = settings[part] { json.value(node) } else { json.null() }
            }
        }
        let repeated = try fixture.plan(String(decoding: again.bytes, as: UTF8.self), seed: 8)
        #expect(
            repeated.settings(initialWeightsHash: nil) == (try fixture.plan(document).settings(initialWeightsHash: nil))
        )
    }

    @Test(arguments: [false, true])
    func initialWeightsAreStoredByNameAndComeBack(batchNorm: Bool) throws {
        let fixture = try PlanFixture()
        let layers = """
            [{"weights": [[0.1, -2], [1e-300, 3]], "biases": [0, 4.5]}, {"weights": [[1, 2]], "biases": [7]}]
            """
        let plan = try fixture.plan(
            document(
                network: #"{"hidden_layers": [2], "batch_norm": \#(batchNorm), "initial_weights": \#(layers)}"#,
                training: #"{"precision": "float64"}"#))
        let archive = try InitialWeightsArchive(directory: fixture.directory.path + "/weights")
        let hash = try archive.store(try #require(plan.network.initialLayers), of: plan.network)
        let again = try JobPlan(
            stored: plan.settings(initialWeightsHash: hash), initialLayers: archive.layers(hash),
            table: fixture.tables.open(try #require(plan.data.specification.table)), limits: fixture.tables.limits)
        #expect(again.network.initialLayers == plan.network.initialLayers)
        #expect(again.network.initialLayers?.first?.batchNorm?.gamma == (batchNorm ? [1, 1] : nil))
    }

    @Test func everyDefaultIsTheContracts() throws {
        let plan = try PlanFixture().plan(#"{"data": \#(xorData)}"#, seed: 4_000_000_000)
        let settings = try JSONDocument.parse(plan.settings(initialWeightsHash: nil)).root
        let network = """
            {"hidden_layers":[32,16],"activation":["relu","relu"],"keep_prob":[1.0,1.0],"input_keep_prob":1.0,\
            "batch_norm":false,"initializer":"auto","initial_weights":null}
            """
        let training = """
            {"epochs":200,"batch_size":64,"shuffle":true,\
            "optimizer":{"name":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-08},"learning_rate":0.001,\
            "learning_rate_decay":null,"l1_lambda":0.0,"l2_lambda":0.0,"clip_norm":null,"early_stopping":null,\
            "time_limit_seconds":null,"seed":4000000000,"precision":"float32","history_every":1,"threads":1,\
            "generator":"philox","dropout_seed":4000000000,"dropout_mask":"resample",\
            "monitor":"on","stop_on":[],"class_weight":null}
            """
        #expect(text(settings["network"]) == text(try node(network)))
        #expect(text(settings["training"]) == text(try node(training)))
        #expect(settings["data"]?["normalize"]?.string == "standard")
        #expect(settings["data"]?["task"]?.string == "binary")
        #expect(settings["data"]?["missing"]?.string == "error")
    }

    @Test func theBaseErrorIsAShareOrAMeanSquare() throws {
        let fixture = try PlanFixture()
        #expect(try fixture.plan(#"{"data": \#(xorData), "base_error": 0.03}"#).baseError == 0.03)
        #expect(try fixture.plan(#"{"data": \#(xorData)}"#).baseError == 0)
        for wrong in ["-0.1", "1.5", "\"0\"", "[]", "1e999"] {
            #expect(try fixture.pointers(#"{"data": \#(xorData), "base_error": \#(wrong)}"#) == ["/base_error"])
        }
        let regression = #"{"x": [[0], [1], [2], [3]], "y": [0.5, 1, 2.5, 3], "task": "regression"}"#
        #expect(try fixture.plan(#"{"data": \#(regression), "base_error": 1.5}"#).baseError == 1.5)
    }

    @Test func settingsOfAVersionWithoutABaseErrorAreStillRead() throws {
        let fixture = try PlanFixture()
        let plan = try fixture.plan(document())
        let stored = String(decoding: plan.settings(initialWeightsHash: nil), as: UTF8.self)
        let older = stored.replacing(#","base_error":0.0"#, with: "")
        #expect(older.utf8.count < stored.utf8.count)
        let again = try JobPlan(
            stored: Array(older.utf8), initialLayers: nil,
            table: fixture.tables.open(try #require(plan.data.specification.table)), limits: fixture.tables.limits)
        #expect(again.baseError == 0)
        #expect(again.settings(initialWeightsHash: nil) == Array(stored.utf8))
    }

    @Test func settingsFromBeforeThereWereWeightsAreRead() throws {
        let fixture = try PlanFixture()
        let plan = try fixture.plan(document())
        var text = String(decoding: plan.settings(initialWeightsHash: nil), as: UTF8.self)
        for member in [#","sample_weight":null"#, #","class_weights":null"#, #","class_weight":null"#] {
            let range = try #require(text.range(of: member))
            text.removeSubrange(range)
        }
        let again = try JobPlan(
            stored: Array(text.utf8), initialLayers: nil,
            table: fixture.tables.open(try #require(plan.data.specification.table)), limits: fixture.tables.limits)
        #expect(again.settings(initialWeightsHash: nil) == plan.settings(initialWeightsHash: nil))
    }

    @Test(arguments: [("sgd", 0.01), ("momentum", 0.01), ("rmsprop", 0.001), ("adam", 0.001), ("adamw", 0.001)])
    func theLearningRateDependsOnTheOptimizer(name: String, rate: Double) throws {
        let plan = try PlanFixture().plan(document(training: #"{"optimizer": "\#(name)"}"#))
        #expect(plan.training.learningRate == rate)
        #expect(plan.training.optimizer == OptimizerSpecification(plan.training.optimizer.name))
        #expect(plan.training.optimizer.name.rawValue == name)
    }

    @Test func theDropoutSeedIsTheSeedUnlessGiven() throws {
        let fixture = try PlanFixture()
        let plain = try fixture.plan(document(training: #"{"seed": 18446744073709551615}"#))
        #expect(plain.training.seed == .max)
        #expect(plain.training.dropoutSeed == .max)
        #expect(try fixture.plan(document(training: #"{"seed": 3, "dropout_seed": 1}"#)).training.dropoutSeed == 1)
    }

    private func text(_ node: JSONNode?) -> String? {
        guard let node else { return nil }
        var json = JSONWriter()
        json.value(node)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
