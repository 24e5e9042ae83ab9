import Jobs
import JSONDocument
import Testing

/// What is wrong with a sweep's document, and where.
@Suite struct SweepRequestTests {
    private func pointers(_ text: String) throws -> [String] {
        do {
            _ = try SimulatedSweep(text)
            return []
        } catch let faults as Faults {
            return faults.all.map(\.pointer)
        }
    }

    @Test(arguments: [
        (#""lambda": [1]"#, ["/lambda"]),
        (#""/training/epoch": [1]"#, ["/~1training~1epoch"]),
        (#""seed": [1, 2]"#, ["/seed"]),
        (#""l2_lambda": [1], "/training/l2_lambda": [2]"#, ["/~1training~1l2_lambda"]),
        (#""l2_lambda": []"#, ["/l2_lambda"]),
        (#""l2_lambda": 3"#, ["/l2_lambda"]),
        (#""l2_lambda": [0, -1, "x"]"#, ["/l2_lambda/1", "/l2_lambda/2"]),
        (#""l2_lambda": {"values": [0, -1]}"#, ["/l2_lambda/values/1"]),
        (#""l2_lambda": [1, 2, 1]"#, ["/l2_lambda/2"]),
        (#""keep_prob": [[0.5, 2], [0.5, 0.5]]"#, ["/keep_prob/0/1"]),
        (#""hidden_layers": [[4], [4, 0]]"#, ["/hidden_layers/1/1"]),
        (#""hidden_layers": [4]"#, ["/hidden_layers/0"]),
        (#""hidden_layers": {"linear": {"from": 1, "to": 3, "steps": 3}}"#, ["/hidden_layers/linear"]),
        (#""learning_rate": {"log": {"from": 0, "to": 1, "steps": 3}}"#, ["/learning_rate/log/from"]),
        (#""learning_rate": {"log": {"from": 1, "to": 1, "steps": 3}}"#, ["/learning_rate/log/to"]),
        (#""learning_rate": {"log": {"from": 1, "to": 1e9, "steps": 3}}"#, ["/learning_rate/log/to"]),
        (#""keep_prob": {"linear": {"from": 0, "to": 1, "steps": 3}}"#, ["/keep_prob/linear/from"]),
        (#""epochs": {"linear": {"from": 1.5, "to": 9, "steps": 3}}"#, ["/epochs/linear/from"]),
        (#""l2_lambda": {"linear": {"from": 0, "to": 1}}"#, ["/l2_lambda/linear/steps"]),
        (#""l2_lambda": {"linear": {"from": 0, "to": 1, "steps": 1}}"#, ["/l2_lambda/linear/steps"]),
        (#""l2_lambda": {"linear": {"to": 1, "steps": 3}}"#, ["/l2_lambda/linear/from"]),
        (#""l2_lambda": {"cubic": {}}"#, ["/l2_lambda/cubic", "/l2_lambda"]),
        (#""l2_lambda": {"values": [1], "log": {"from": 1, "to": 2, "steps": 2}}"#, ["/l2_lambda"]),
        (#""hidden_layers": [[4], [4, 3]], "activation": [["relu", "tanh"]]"#, ["/activation/0"]),
    ])
    func aFaultOfAParameterIsAtItsPlace(_ parameters: String, _ expected: [String]) throws {
        let found = try pointers(sweepDocument(#"{"parameters": {\#(parameters)}}"#))
        #expect(found == expected.map { "/search/parameters\($0)" })
    }

    @Test(arguments: [
        (#"{}"#, ["/search/parameters"]),
        (#"{"parameters": {}}"#, ["/search/parameters"]),
        (#"{"parameters": []}"#, ["/search/parameters"]),
        (#"{"method": "annealing", "parameters": {"l2_lambda": [1]}}"#, ["/search/method"]),
        (#"{"trials": 5, "parameters": {"l2_lambda": [1, 2]}}"#, ["/search/trials"]),
        (#"{"batch": 5, "parameters": {"l2_lambda": [1, 2]}}"#, ["/search/batch"]),
        (#"{"method": "bayesian", "trials": 201, "parameters": {"l2_lambda": [1, 2]}}"#, ["/search/trials"]),
        (#"{"parameters": {"l2_lambda": [1]}, "budget": 3}"#, ["/search/budget"]),
    ])
    func aFaultOfTheSearchIsAtItsPlace(_ search: String, _ expected: [String]) throws {
        #expect(try pointers(sweepDocument(search)) == expected)
    }

    @Test(arguments: [
        (#""judge": {"by": "dev_rmse"}"#, ["/judge/by"]),
        (#""judge": {"by": "test_loss"}"#, ["/judge/by"]),
        (#""judge": {"folds": 1}"#, ["/judge/folds"]),
        (#""judge": {"folds": 33}"#, ["/judge/folds"]),
        (#""judge": {"repeats": 2}"#, ["/judge/repeats"]),
        (#""judge": {"folds": 20, "repeats": 6}, "max_jobs": 1000"#, ["/judge/repeats"]),
        (#""max_jobs": 2"#, ["/max_jobs"]),
        (#""max_jobs": 1001"#, ["/max_jobs"]),
        (#""judge": {"folds": 20}, "max_jobs": 40"#, ["/max_jobs"]),
        (#""max_seconds": 0"#, ["/max_seconds"]),
        (#""seed": -1"#, ["/seed"]),
        (#""choose": "worst""#, ["/choose"]),
        (#""refit": 1"#, ["/refit"]),
        (#""halving": {"min_epochs": 90}"#, ["/halving/min_epochs"]),
        (#""halving": {"eta": 1}"#, ["/halving/eta"]),
        (#""halving": {"rungs": 3}"#, ["/halving/rungs"]),
        (#""tidy": true"#, ["/tidy"]),
        (#""name": 3, "judge": {"by": 3}, "seed": "x""#, ["/name", "/judge/by", "/seed"]),
    ])
    func aFaultOfTheSweepIsAtItsPlace(_ members: String, _ expected: [String]) throws {
        #expect(try pointers(sweepDocument(#"{"parameters": {"l2_lambda": [1, 2]}}"#, members)) == expected)
    }

    @Test func whatDoesNotGoTogetherIsAFault() throws {
        let range = #"{"l2_lambda": {"log": {"from": 1, "to": 2}}}"#
        let bayesian = #"{"method": "bayesian", "parameters": \#(range)}"#
        #expect(try pointers(sweepDocument(bayesian, #""halving": {}"#)) == ["/halving"])
        let epochs = #"{"parameters": {"epochs": [10, 20]}}"#
        #expect(try pointers(sweepDocument(epochs, #""halving": {}"#)) == ["/halving"])
    }

    @Test func theFaultsOfTheJobAreUnderIt() throws {
        let search = #"{"parameters": {"l2_lambda": [1]}}"#
        #expect(try pointers(sweepDocument(search, training: #"{"epoch": 3}"#)) == ["/job/training/epoch"])
        #expect(try pointers(sweepDocument(search, network: #"{"keep_prob": 2}"#)) == ["/job/network/keep_prob"])
        #expect(try pointers(#"{"job": \#(document()), "search": \#(search)}"#) == ["/judge"])
        #expect(try pointers(#"{"search": \#(search)}"#) == ["/job"])
        #expect(try pointers(#"{"job": 3, "search": \#(search)}"#) == ["/job"])
        #expect(try pointers(#"{"job": \#(document())}"#) == ["/search"])
        #expect(try pointers("3") == [""])
    }

    @Test func aSweepHasNoStartingWeights() throws {
        let weights = #"{"initial_weights": [{"weights": [[1, 2]], "biases": [0]}]}"#
        #expect(
            try pointers(sweepDocument(#"{"parameters": {"l2_lambda": [1]}}"#, network: weights))
                == ["/job/network/initial_weights"])
    }

    @Test func trialsThatWereNotAskedForAreAsManyAsTheJobsSufficeFor() throws {
        let search = #"{"method": "random", "parameters": {"l2_lambda": {"log": {"from": 1, "to": 2}}}}"#
        func trials(_ members: String) throws -> Int {
            try SimulatedSweep(sweepDocument(search, members)).specification.settings.trials
        }
        #expect(try trials("") == 20)
        #expect(try trials(#""judge": {"folds": 5}, "max_jobs": 50"#) == 9)
    }

    @Test func theSettingsAnsweredCanBeSentBack() throws {
        let texts = [
            sweepDocument(
                #"{"parameters": {"l2_lambda": [1, 2], "/network/hidden_layers": [[3], []]}}"#, #""refit": true"#),
            sweepDocument(
                #"{"method": "bayesian", "parameters": {"keep_prob": {"linear": {"from": 0.5, "to": 1}}}}"#,
                """
                "judge": {"folds": 3, "repeats": 2}, "seed": 18446744073709551615, "max_seconds": 2.5, "max_jobs": 200
                """),
            sweepDocument(
                #"{"parameters": {"l2_lambda": [1, 2]}}"#,
                #""halving": {"eta": 2}, "choose": "one_standard_error""#),
        ]
        for text in texts {
            let made = try SimulatedSweep(text).specification
            var json = JSONWriter()
            made.writeSettings(to: &json)
            let answered = try node(String(decoding: json.bytes, as: UTF8.self))
            // The job's data is not repeated; the rest is a request again.
            let original = try node(text)
            var request = JSONWriter()
            request.object { json in
                for (name, value) in answered.members where name != "job" {
                    json.name(name)
                    json.value(value)
                }
                json.name("job")
                json.value(original["job"] ?? original)
            }
            var again = JSONWriter()
            try SimulatedSweep(String(decoding: request.bytes, as: UTF8.self)).specification.writeSettings(to: &again)
            #expect(String(decoding: again.bytes, as: UTF8.self) == String(decoding: json.bytes, as: UTF8.self))
        }
    }
}
