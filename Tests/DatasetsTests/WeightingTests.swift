import Datasets
import JSONDocument
import Perceptron
import Testing

/// What examples count, from a job's `data` and class weight to what the engine is given.
@Suite struct WeightingTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    private func prepared(_ data: String, _ classWeight: ClassWeight? = nil) throws -> PreparedData {
        let collector = FaultCollector()
        let request = DataRequest(try parse(data), faults: collector)
        try collector.throwIfAny()
        let (specification, table) = try #require(request).ingest(into: fixture.store)
        return try prepare(
            specification, table: fixture.store.open(try #require(table).hash), seed: 1, classWeight: classWeight)
    }

    private let sets = """
        {"train": {"x": [[1], [2], [3]], "y": ["a", "b", "a"], "sample_weight": [1, 2, 6]}, \
        "dev": {"x": [[4], [5]], "y": ["b", "b"], "sample_weight": [5, 0]}, "task": "binary"}
        """

    @Test func eachSetHasItsOwnMean() throws {
        let data = try prepared(sets, .labelled(["b": 3]))
        #expect(data.classWeights == [1, 3])
        #expect(data.sets.train.weights == ExampleWeights(column: 2, ofClasses: [1, 3], mean: 13.0 / 3))
        #expect(data.sets.dev?.weights == ExampleWeights(column: 2, ofClasses: [1, 3], mean: 7.5))
        #expect(data.specification.sampleWeight == .name("sample_weight"))
        #expect(data.encoding.features == ["x0"])
    }

    @Test func balancedClassesHaveTheWeightsOfTheTrainingRows() throws {
        #expect(try prepared(sets, .balanced).classWeights == [0.75, 1.5])
    }

    @Test func withoutWeightsThereAreNone() throws {
        let data = try prepared("{\"x\": [[1], [2]], \"y\": [0, 1]}")
        #expect(data.sets.train.weights == nil)
        #expect(data.classWeights == nil)
        #expect(data.specification.sampleWeight == nil)
    }

    /// Three thirds of 0.1 need not add up to it.
    @Test func equalWeightsAreTheirOwnMean() throws {
        let data = try prepared(
            "{\"x\": [[1], [2], [3]], \"y\": [0, 1, 0], \"sample_weight\": [0.1, 0.1, 0.1]}",
            .labelled(["0": 0.7, "1": 0.7]))
        #expect(data.sets.train.weights?.mean == 0.1 * 0.7)
    }

    @Test func classWeightsThatAreTooLargeAreAFaultOfTheirs() throws {
        #expect(
            try faults {
                try prepared("{\"x\": [[1], [2], [3]], \"y\": [0, 1, 0]}", .labelled(["0": 1.7e308]))
            } == ["/training/class_weight: the weights of the train rows are too large to add up"])
    }

    @Test(arguments: ["\"balanced\"", "{}", "{\"a\":0.5,\"b\":2.0}"])
    func aClassWeightReadsBack(_ text: String) throws {
        let collector = FaultCollector()
        let weight = try #require(ClassWeight(reading: parse(text), at: "/w", faults: collector))
        var json = JSONWriter()
        weight.write(into: &json)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }
}
