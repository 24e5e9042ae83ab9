import JSONDocument
import Jobs
import Perceptron
import Testing

/// The edges of every setting's range.
struct SettingsRangeTests {
    @Test(
        arguments: [
            (
                "epochs", ["1", "10000000", "3.0", "null"],
                ["0", "-1", "10000001", "2.5", "\"3\"", "true", "[]", "1e30"]
            ),
            ("batch_size", ["1", "9223372036854775807", "\"full\"", "null"], ["0", "-1", "1.5", "\"half\"", "true"]),
            ("shuffle", ["true", "false", "null"], ["0", "\"true\"", "[]"]),
            (
                "optimizer",
                [
                    "null", "\"sgd\"", #"{"name": "momentum", "beta": 0}"#, #"{"name": "adam", "beta1": null}"#,
                    #"{"name": "adamw", "weight_decay": 0}"#,
                ],
                ["\"lbfgs\"", "3", "[]"]
            ),
            ("learning_rate", ["1e-300", "1e6", "1", "null"], ["0", "-0.1", "1000000.1", "1e999", "\"0.1\"", "true"]),
            (
                "learning_rate_decay",
                [
                    "null", "\"cosine\"", #"{"name": "cosine", "minimum": 0}"#,
                    #"{"name": "step", "rate": 1, "every": 1}"#, #"{"name": "inverse_time", "rate": 0}"#,
                ],
                ["3", "\"step\"", "[]"]
            ),
            ("l1_lambda", ["0", "1e300", "null"], ["-1e-300", "\"1\"", "1e999", "-1e999"]),
            ("l2_lambda", ["0", "1e300", "null"], ["-1e-300", "\"1\"", "1e999"]),
            ("clip_norm", ["1e-300", "1e300", "null"], ["0", "-1", "false"]),
            ("early_stopping", ["null", #"{"monitor": "train_loss"}"#], ["true", "3", "\"dev_loss\"", "{}"]),
            ("time_limit_seconds", ["1e-9", "1e300", "null"], ["0", "-1", "\"60\""]),
            ("seed", ["0", "18446744073709551615", "null"], ["-1", "18446744073709551616", "0.5", "\"1\""]),
            ("precision", ["\"float32\"", "\"float64\"", "null"], ["\"float16\"", "32"]),
            ("history_every", ["1", "9223372036854775807", "null"], ["0", "-1", "1.5", "9223372036854775808"]),
            ("threads", ["1", "64", "null"], ["0", "65", "1.5"]),
            ("generator", ["\"philox\"", "\"numpy\"", "null"], ["\"mt19937\"", "0"]),
            ("dropout_seed", ["0", "18446744073709551615", "null"], ["-1", "1e99"]),
            ("dropout_mask", ["\"resample\"", "\"fixed\"", "null"], ["\"none\"", "true"]),
        ] as [(String, [String], [String])])
    func trainingTakesWhatIsInRangeAndNamesWhatIsNot(field: String, good: [String], bad: [String]) throws {
        let fixture = try PlanFixture()
        for value in good {
            #expect(try fixture.faults(document(training: #"{"\#(field)": \#(value)}"#)) == [], "\(value)")
        }
        for value in bad {
            let pointers = try fixture.pointers(document(training: #"{"\#(field)": \#(value)}"#))
            #expect(pointers == ["/training/\(field)"], "\(value)")
        }
    }

    @Test(arguments: [
        ("optimizer", #"{}"#, "name"), ("optimizer", #"{"name": "nag"}"#, "name"),
        ("optimizer", #"{"name": "sgd", "beta": 0.9}"#, "beta"),
        ("optimizer", #"{"name": "momentum", "beta": 1}"#, "beta"),
        ("optimizer", #"{"name": "momentum", "beta": -0.1}"#, "beta"),
        ("optimizer", #"{"name": "rmsprop", "rho": 1}"#, "rho"),
        ("optimizer", #"{"name": "rmsprop", "epsilon": 0}"#, "epsilon"),
        ("optimizer", #"{"name": "rmsprop", "epsilon": 1e-31}"#, "epsilon"),
        ("optimizer", #"{"name": "adam", "epsilon": 1.01}"#, "epsilon"),
        ("optimizer", #"{"name": "adam", "beta2": 1}"#, "beta2"),
        ("optimizer", #"{"name": "adamw", "weight_decay": -1}"#, "weight_decay"),
        ("learning_rate_decay", "{}", "name"), ("learning_rate_decay", #"{"name": "linear"}"#, "name"),
        ("learning_rate_decay", #"{"name": "step", "rate": 0.5}"#, "every"),
        ("learning_rate_decay", #"{"name": "step", "every": 5}"#, "rate"),
        ("learning_rate_decay", #"{"name": "step", "rate": 0.5, "every": 0}"#, "every"),
        ("learning_rate_decay", #"{"name": "exponential"}"#, "rate"),
        ("learning_rate_decay", #"{"name": "exponential", "rate": 0}"#, "rate"),
        ("learning_rate_decay", #"{"name": "exponential", "rate": 1.1}"#, "rate"),
        ("learning_rate_decay", #"{"name": "inverse_time", "rate": -1}"#, "rate"),
        ("learning_rate_decay", #"{"name": "cosine", "rate": 0.5}"#, "rate"),
        ("learning_rate_decay", #"{"name": "cosine", "minimum": -1}"#, "minimum"),
        ("early_stopping", #"{"monitor": "test_loss"}"#, "monitor"),
        ("early_stopping", #"{"monitor": "train_loss", "patience": 0}"#, "patience"),
        ("early_stopping", #"{"monitor": "train_loss", "min_delta": -1}"#, "min_delta"),
        ("early_stopping", #"{"monitor": "train_loss", "restore_best": 1}"#, "restore_best"),
        ("early_stopping", #"{"monitor": "train_loss", "wait": 1}"#, "wait"),
    ])
    func aConstantOutOfRangeIsNamed(field: String, value: String, member: String) throws {
        let pointers = try PlanFixture().pointers(document(training: #"{"\#(field)": \#(value)}"#))
        #expect(pointers == ["/training/\(field)/\(member)"])
    }

    @Test(arguments: [
        ("{\"hidden_layers\": 3}", "/network/hidden_layers"), ("{\"hidden_layers\": [0]}", "/network/hidden_layers/0"),
        ("{\"hidden_layers\": [4, 1000001]}", "/network/hidden_layers/1"),
        ("{\"hidden_layers\": [4, \"5\"]}", "/network/hidden_layers/1"),
        ("{\"activation\": \"softmax\"}", "/network/activation"),
        ("{\"activation\": [\"relu\"]}", "/network/activation"),
        ("{\"activation\": [\"relu\", \"swish\"]}", "/network/activation/1"),
        ("{\"keep_prob\": 0}", "/network/keep_prob"), ("{\"keep_prob\": 1.0001}", "/network/keep_prob"),
        ("{\"keep_prob\": [1, 0]}", "/network/keep_prob/1"), ("{\"keep_prob\": [1]}", "/network/keep_prob"),
        ("{\"input_keep_prob\": 0}", "/network/input_keep_prob"), ("{\"batch_norm\": 1}", "/network/batch_norm"),
        ("{\"initializer\": \"lecun\"}", "/network/initializer"), ("{\"layers\": []}", "/network/layers"),
        ("[]", "/network"),
    ])
    func aNetworkOutOfRangeIsNamed(network: String, pointer: String) throws {
        #expect(try PlanFixture().pointers(document(network: network)) == [pointer])
    }

    @Test func aThousandHiddenLayersAreTheMost() throws {
        let fixture = try PlanFixture()
        func layers(_ count: Int) -> String { "{\"hidden_layers\": \([Int](repeating: 1, count: count))}" }
        #expect(try fixture.faults(document(network: layers(1_000))) == [])
        #expect(try fixture.pointers(document(network: layers(1_001))) == ["/network/hidden_layers"])
    }

    @Test func noHiddenLayersAreANetwork() throws {
        let network = #"{"hidden_layers": [], "activation": [], "keep_prob": []}"#
        #expect(try PlanFixture().plan(document(network: network)).network.parameterCount == 3)
    }

    @Test func numpysGeneratorTakesSeedsOf32Bits() throws {
        let fixture = try PlanFixture()
        func training(_ seeds: String) -> String { document(training: #"{"generator": "numpy", \#(seeds)}"#) }
        #expect(try fixture.faults(training(#""seed": 4294967295, "dropout_seed": 4294967295"#)) == [])
        #expect(
            try fixture.pointers(training(#""seed": 4294967296, "dropout_seed": 4294967296"#))
                == ["/training/seed", "/training/dropout_seed"])
        #expect(try fixture.pointers(training(#""seed": 4294967296"#)) == ["/training/seed"])
    }

    @Test func earlyStoppingNeedsWhatItWatches() throws {
        let fixture = try PlanFixture()
        #expect(
            try fixture.pointers(document(training: #"{"early_stopping": {"monitor": "dev_accuracy"}}"#))
                == ["/training/early_stopping"])
        let regression = """
            {"train": {"x": [[1], [2]], "y": [1.5, 2]}, "dev": {"x": [[3]], "y": [3]}, "task": "regression"}
            """
        #expect(
            try fixture.pointers(
                document(training: #"{"early_stopping": {"monitor": "dev_accuracy"}}"#, data: regression))
                == ["/training/early_stopping/monitor"])
        #expect(try fixture.faults(document(training: #"{"early_stopping": {}}"#, data: regression)) == [])
    }

    @Test func aHistoryThatIsAskedForHasItsLimitToo() throws {
        let fixture = try PlanFixture()
        func every(_ every: Int) -> String { document(training: #"{"epochs": 10000000, "history_every": \#(every)}"#) }
        #expect(try fixture.faults(every(100)) == [])
        #expect(try fixture.pointers(every(99)) == ["/training/history_every"])
    }

    @Test func dropoutKeepsAMillionthAtLeast() throws {
        let fixture = try PlanFixture()
        func kept(_ share: String) -> String {
            document(network: #"{"keep_prob": \#(share), "input_keep_prob": \#(share)}"#)
        }
        #expect(try fixture.faults(kept("1e-6")) == [])
        #expect(Set(try fixture.pointers(kept("9e-7"))) == ["/network/keep_prob", "/network/input_keep_prob"])
    }

    @Test func aJobsNameHasAtMost200Characters() throws {
        let fixture = try PlanFixture()
        func named(_ length: Int) -> String {
            #"{"name": "\#(String(repeating: "ä", count: length))", "data": \#(xorData)}"#
        }
        #expect(try fixture.faults(named(200)) == [])
        #expect(try fixture.pointers(named(201)) == ["/name"])
    }

    @Test func aNetworkBeyondTheMemoryIsRefused() throws {
        let fixture = try PlanFixture()
        let wide = document(network: #"{"hidden_layers": [1000000, 1000000]}"#)
        #expect(throws: Faults.self) { try fixture.plan(wide, limits: JobLimits()) }
        _ = try fixture.plan(document(), limits: JobLimits())
    }

    @Test func allFaultsOfOneRequestAreToldAtOnce() throws {
        let pointers = try PlanFixture().pointers(
            #"{"data": {"x": [[1]], "y": [1], "z": 0}, "network": {"keep_prob": 2}, "training": {"epochs": 0}, "name": 3}"#
        )
        #expect(Set(pointers) == ["/data/z", "/network/keep_prob", "/training/epochs", "/name"])
    }

    @Test(arguments: ["[]", "3", "\"job\"", "null"])
    func whatIsNoObjectIsOneFault(document: String) throws {
        #expect(try PlanFixture().pointers(document) == [""])
    }
}

struct DefaultHistoryTests {
    @Test func aHistoryHasAtMostAThousandRowsAtRoundNumbers() {
        let epochs =
            Array(1...20_000) + [999_000, 999_001, 1_998_000, 9_990_000, 9_999_999, 10_000_000]
            + stride(from: 20_000, to: 10_000_000, by: 7_919)
        for epochs in epochs {
            let every = TrainingSpecification.defaultHistoryEvery(epochs: epochs)
            let rows = 1 + epochs / every + (epochs % every == 0 ? 0 : 1)
            #expect(rows <= 1_000, "\(epochs)")
            #expect([1, 2, 5].contains(every / Self.magnitude(every)) && every % Self.magnitude(every) == 0)
            // The next finer round number would not do.
            let finer = Self.finer(every)
            if let finer { #expect(1 + (epochs + finer - 1) / finer > 1_000, "\(epochs)") }
        }
    }

    @Test(arguments: [(1, 1), (200, 1), (999, 1), (1_000, 2), (1_998, 2), (1_999, 5), (4_995, 5), (30_000, 50)])
    func aFewOfThem(epochs: Int, every: Int) {
        #expect(TrainingSpecification.defaultHistoryEvery(epochs: epochs) == every)
    }

    private static func magnitude(_ number: Int) -> Int { number < 10 ? 1 : 10 * magnitude(number / 10) }

    private static func finer(_ every: Int) -> Int? {
        switch every / magnitude(every) {
        case 5: every / 5 * 2
        default: every == 1 ? nil : every / 2
        }
    }
}
