import Datasets
import JSONDocument
import Perceptron
import Testing

/// A job's `augment` brought together with its features.
@Suite struct AugmentTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    /// Text, boolean and constant columns among the numeric ones.
    private static let records = """
        [{"a": 1, "colour": "red", "b": 10, "flat": 5, "flag": true, "y": 0},
         {"a": 3, "colour": "blue", "b": 30, "flat": 5, "flag": false, "y": 1},
         {"a": 1, "colour": "red", "b": 30, "flat": 5, "flag": true, "y": 0},
         {"a": 3, "colour": "blue", "b": 10, "flat": 5, "flag": true, "y": 1}]
        """

    private func prepared(_ rest: String) throws -> PreparedData {
        let collector = FaultCollector()
        let request = DataRequest(
            try parse(#"{"dataset": "ds_1", "target": "y", \#(rest)}"#), faults: collector)
        try collector.throwIfAny()
        let table = try fixture.json(Self.records)
        var specification = try #require(request).specification
        specification.table = table.hash
        return try prepare(specification, table: fixture.store.open(table.hash), seed: 1)
    }

    private func noise(_ noise: String, _ rest: String = "") throws -> [Double]? {
        try prepared(#""augment": {"noise": \#(noise)}\#(rest)"#).sets.augmentation?.noise
    }

    @Test func noiseIsInUnitsOfAFeaturesOwnDeviation() throws {
        // Inputs: a, colour=blue, colour=red, b, flat, flag; a deviates by 1, b by 10.
        #expect(try noise(#"{"std": 0.5}"#) == [0.5, 0, 0, 0.5, 0, 0])
        #expect(try noise(#"{"std": 0.5}"#, #", "normalize": "none""#) == [0.5, 0, 0, 5, 0, 0])
        #expect(try noise(#"{"std": 2, "features": ["b"]}"#) == [0, 0, 0, 2, 0, 0])
        #expect(
            try noise(#"{"std": [2, 0.25, 1], "features": ["b", 0, "flat"]}"#, #", "normalize": "none""#)
                == [0.25, 0, 0, 20, 0, 0])
        #expect(
            try noise(#"{"std": [2, 1], "features": ["b", "a"]}"#, #", "features": ["b", "a"]"#) == [2, 1])
    }

    @Test(arguments: [
        (#"{"std": 1, "features": ["colour"]}"#, "/data/augment/noise/features/0"),
        (#"{"std": 1, "features": ["a", "flag"]}"#, "/data/augment/noise/features/1"),
        (#"{"std": 1, "features": ["y"]}"#, "/data/augment/noise/features/0"),
        (#"{"std": 1, "features": ["a", 0]}"#, "/data/augment/noise/features/1"),
        (#"{"std": 1, "features": ["c"]}"#, "/data/augment/noise/features/0"),
    ])
    func whatCannotHaveNoiseIsNamed(_ noise: String, _ pointer: String) throws {
        let faults = try #require(throws: Faults.self) { try self.noise(noise) }
        #expect(faults.all.map(\.pointer) == [pointer])
    }

    @Test func anImageIsOfAllFeaturesAndThoseAreNumeric() throws {
        func image(_ image: String, _ features: String) throws -> ImageAugmentation? {
            try prepared(#""augment": {"image": \#(image)}, "features": \#(features)"#).sets.augmentation?.image
        }
        let found = try #require(try image(#"{"height": 3, "width": 1}"#, #"["flat", "b", "a"]"#))
        #expect((found.height, found.width, found.channels) == (3, 1, 1))
        for (shape, features) in [
            (#"{"height": 3, "width": 1}"#, #"["b", "a"]"#), (#"{"height": 1, "width": 2}"#, #"["a", "colour"]"#),
            (#"{"height": 1, "width": 2}"#, #"["a", "flag"]"#), (#"{"height": 1, "width": 3}"#, #"["a", "colour"]"#),
            (#"{"height": 1, "width": 1, "channels": 2}"#, #"["a"]"#),
        ] {
            let faults = try #require(throws: Faults.self) { try image(shape, features) }
            #expect(faults.all.map(\.pointer) == ["/data/augment/image"])
        }
    }

    @Test func withoutAugmentNothingIsVaried() throws {
        #expect(try prepared(#""augment": null"#).sets.augmentation == nil)
        #expect(try prepared(#""missing": "error""#).sets.augmentation == nil)
        // A job that was stored before there was such a thing.
        let specification = try prepared(#""augment": null"#).specification
        var json = JSONWriter()
        specification.write(into: &json)
        let older = String(decoding: json.bytes, as: UTF8.self).replacing(#","augment":null"#, with: "")
        #expect(!older.contains("augment"))
        #expect(try DataSpecification(stored: try parse(older)) == specification)
    }
}
