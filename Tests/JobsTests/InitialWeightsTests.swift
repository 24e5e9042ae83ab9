import Jobs
import Perceptron
import Testing

struct InitialWeightsTests {
    private let fixture: PlanFixture

    init() throws { fixture = try PlanFixture() }

    /// Two inputs, two hidden units, one output; members are added to the first or the second layer.
    private static func layers(
        weights: String = "[[1, 2], [3, 4]]", biases: String = "[5, 6]", _ first: String = "", output: String = ""
    ) -> String {
        #"[{"weights": \#(weights), "biases": \#(biases)\#(first)}, {"weights": [[7, 8]], "biases": [9]\#(output)}]"#
    }

    private func network(_ layers: String, _ more: String = "") -> String {
        document(network: #"{"initial_weights": \#(layers)\#(more)}"#)
    }

    @Test(arguments: [
        ("3", ""), ("[]", ""), ("{}", ""), ("[7]", "/0"), (#"[{"biases": [1]}]"#, "/0/weights"),
        (#"[{"weights": [[1, 2]]}]"#, "/0/biases"), (#"[{"weights": [], "biases": []}]"#, "/0/weights"),
        (#"[{"weights": [[]], "biases": [1]}]"#, "/0/weights"),
        (#"[{"weights": [1, 2], "biases": [1]}]"#, "/0/weights"),
        (layers(weights: "[[1, 2], [3]]"), "/0/weights/1"), (layers(weights: "[[1, 2], 3]"), "/0/weights/1"),
        (layers(weights: #"[[1, 2], [3, "4"]]"#), "/0/weights/1/1"),
        (layers(weights: "[[1, null], [3, 4]]"), "/0/weights/0/1"),
        (layers(weights: "[[1, 1e999], [3, 4]]"), "/0/weights/0/1"),
        (layers(biases: "[1]"), "/0/biases"), (layers(biases: "[1, 2, 3]"), "/0/biases"),
        (layers(biases: "[5, true]"), "/0/biases/1"), (layers(biases: "7"), "/0/biases"),
        (layers(#", "bias": [1]"#), "/0/bias"), (layers(#", "activation": "swish""#), "/0/activation"),
        (layers(#", "activation": 3"#), "/0/activation"),
        (layers(#", "batch_norm": [1]"#), "/0/batch_norm"),
        (
            layers(#", "batch_norm": {"gamma": [1, 1], "beta": [0, 0], "running_mean": [0, 0]}"#),
            "/0/batch_norm/running_variance"
        ),
        (
            layers(
                #", "batch_norm": {"gamma": [1], "beta": [0, 0], "running_mean": [0, 0], "running_variance": [1, 1]}"#),
            "/0/batch_norm/gamma"
        ),
        (
            layers(
                #", "batch_norm": {"gamma": [1, 1], "beta": [0, 0], "running_mean": [0, 0], "running_variance": [1, -1]}"#
            ),
            "/0/batch_norm/running_variance"
        ),
    ])
    func whatCannotBeReadIsNamed(layers: String, pointer: String) throws {
        #expect(try fixture.pointers(network(layers)) == ["/network/initial_weights" + pointer])
    }

    @Test(arguments: [
        (layers(), #", "hidden_layers": [2, 2]"#, ""), (layers(), #", "hidden_layers": []"#, ""),
        (layers(), #", "hidden_layers": [3]"#, "/0/weights /1/weights"),
        (layers(weights: "[[1], [3]]"), "", "/0/weights"),
        (layers(weights: "[[1, 2, 3], [3, 4, 5]]"), "", "/0/weights"),
        (
            #"[{"weights": [[1, 2], [3, 4]], "biases": [5, 6]}, {"weights": [[7, 8], [7, 8]], "biases": [9, 9]}]"#, "",
            "/1/weights"
        ),
        (
            layers(
                #", "batch_norm": {"gamma": [1, 1], "beta": [0, 0], "running_mean": [0, 0], "running_variance": [1, 1]}"#
            ),
            "", "/0/batch_norm"
        ),
        (
            layers(
                output: #", "batch_norm": {"gamma": [1], "beta": [0], "running_mean": [0], "running_variance": [1]}"#),
            #", "batch_norm": true"#, "/1/batch_norm"
        ),
        (
            layers(
                #", "batch_norm": {"gamma": [1, 1], "beta": [0, 0], "running_mean": [0, 0], "running_variance": [1, 1], "epsilon": 0.1}"#
            ), #", "batch_norm": true"#, "/0/batch_norm/epsilon"
        ),
        (layers(#", "activation": "tanh""#), #", "activation": "relu""#, "/0/activation"),
        (layers(#", "activation": "softmax""#), "", "/0/activation"),
        (layers(output: #", "activation": "relu""#), "", "/1/activation"),
        (layers(output: #", "activation": "softmax""#), "", "/1/activation"),
        (layers(weights: "[[1, 1e39], [3, 4]]"), "", "/0/weights/0/1"),
        (layers(biases: "[-1e39, 0]"), "", "/0/biases/0"),
    ])
    func whatDoesNotFitTheNetworkIsNamed(layers: String, more: String, pointers: String) throws {
        let expected = pointers.split(separator: " ", omittingEmptySubsequences: false)
        #expect(try fixture.pointers(network(layers, more)) == expected.map { "/network/initial_weights\($0)" })
    }

    @Test func numbersThatOnlyFloat64HoldsAreWelcomeThere() throws {
        let document = document(
            network: #"{"initial_weights": \#(Self.layers(weights: "[[1, 1e39], [3, 4]]"))}"#,
            training: #"{"precision": "float64"}"#)
        #expect(try fixture.plan(document).network.initialLayers?[0].weights == [1, 1e39, 3, 4])
    }

    @Test func layersGiveUnitsAndActivationsWhereTheNetworkNamesNone() throws {
        let layers = """
            [{"weights": [[1, 2], [3, 4], [5, 6]], "biases": [0, 0, 0], "activation": "tanh"}, \
            {"weights": [[1, 2, 3]], "biases": [0]}, \
            {"weights": [[1]], "biases": [0], "activation": "sigmoid"}]
            """
        let network = try fixture.plan(network(layers)).network
        #expect(network.hiddenLayers.map(\.units) == [3, 1])
        #expect(network.hiddenLayers.map(\.activation) == [.tanh, .relu])
        #expect(network.parameterCount == 9 + 4 + 2)
    }

    @Test func theNetworksOwnActivationHoldsForLayersThatNameNone() throws {
        let network = try fixture.plan(network(Self.layers(), #", "activation": "tanh""#)).network
        #expect(network.hiddenLayers.map(\.activation) == [.tanh])
    }

    @Test func batchNormWithoutVectorsStartsNeutral() throws {
        let layers = try fixture.plan(network(Self.layers(), #", "batch_norm": true"#)).network.initialLayers
        let neutral = LayerParameters.BatchNorm(
            gamma: [1, 1], beta: [0, 0], runningMean: [0, 0], runningVariance: [1, 1])
        #expect(layers?.map(\.batchNorm) == [neutral, nil])
    }

    @Test func batchNormsVectorsAreKept() throws {
        let vectors = """
            , "batch_norm": {"gamma": [1, 2], "beta": [3, 4], "running_mean": [5, 6], "running_variance": [0, 8], \
            "epsilon": 1e-05}
            """
        let layers = try fixture.plan(network(Self.layers(vectors), #", "batch_norm": true"#)).network.initialLayers
        let expected = LayerParameters.BatchNorm(
            gamma: [1, 2], beta: [3, 4], runningMean: [5, 6], runningVariance: [0, 8])
        #expect(layers?.map(\.batchNorm) == [expected, nil])
    }

    @Test func everyLayersFaultsAreTold() throws {
        let layers = #"[{"weights": [["a"]], "biases": [1]}, {"weights": [[1]], "biases": ["b"]}]"#
        #expect(
            try fixture.pointers(network(layers))
                == ["/network/initial_weights/0/weights/0/0", "/network/initial_weights/1/biases/0"])
    }
}
