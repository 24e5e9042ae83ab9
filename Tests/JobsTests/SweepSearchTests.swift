import Foundation
import JSONDocument
import Jobs
import Perceptron
import Testing

/// What is tried.
@Suite struct SweepSearchTests {
    private func settings(_ search: String, _ members: String = "") throws -> SweepSettings {
        let request = try SweepRequest(
            node(#"{"job": \#(document()), "search": \#(search), "max_jobs": 1000 \#(members)}"#), drawSeed: { 5 })
        if !request.faults.isEmpty { throw Faults(request.faults) }
        return try #require(request.settings)
    }

    private func words(_ trials: [[SweepValue]]) -> [String] {
        trials.map { $0.map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: " ") }
    }

    @Test func aGridHasAllCombinationsTheLastParameterVaryingFastest() throws {
        let settings = try settings(
            """
            {"parameters": {"l2_lambda": [0, 1], "/network/hidden_layers": [[4], [8, 3]],
             "initializer": ["he", "xavier"]}}
            """)
        #expect(settings.method == .grid)
        #expect(
            words(settings.firstTrials()) == [
                "0 [4] \"he\"", "0 [4] \"xavier\"", "0 [8,3] \"he\"", "0 [8,3] \"xavier\"", "1 [4] \"he\"",
                "1 [4] \"xavier\"", "1 [8,3] \"he\"", "1 [8,3] \"xavier\"",
            ])
        #expect(settings.nextTrials(after: []).isEmpty)
    }

    @Test func rangesHaveBothEndsAndEvenSteps() throws {
        let linear = try settings(#"{"parameters": {"keep_prob": {"linear": {"from": 0.5, "to": 1, "steps": 3}}}}"#)
        #expect(words(linear.firstTrials()) == ["0.5", "0.75", "1.0"])
        let log = try settings(#"{"parameters": {"l2_lambda": {"log": {"from": 0.001, "to": 10, "steps": 5}}}}"#)
        let numbers = log.firstTrials().map { $0[0].number ?? 0 }
        #expect(numbers == [0.001, 0.01, 0.1, 1, 10])
        let tenths = try settings(#"{"parameters": {"l2_lambda": {"linear": {"from": 0, "to": 0.9, "steps": 10}}}}"#)
        #expect(tenths.firstTrials().map { $0[0].number } == (0...9).map { Double($0) / 10 })
        let whole = try settings(#"{"parameters": {"batch_size": {"log": {"from": 1, "to": 4, "steps": 6}}}}"#)
        #expect(words(whole.firstTrials()) == ["1", "2", "3", "4"])
    }

    @Test func aRandomSearchOverCountedCombinationsTriesNoneTwice() throws {
        let all = try settings(
            """
            {"method": "random", "trials": 50,
             "parameters": {"l2_lambda": [0, 1, 2], "keep_prob": [0.5, 0.7, 0.9, 1]}}
            """)
        #expect(all.trials == 12)
        #expect(Set(words(all.firstTrials())).count == 12)
    }

    @Test func theSeedDecidesARandomSearch() throws {
        func trials(_ seed: Int) throws -> [String] {
            words(
                try settings(
                    """
                    {"method": "random", "trials": 30,
                     "parameters": {"l2_lambda": {"log": {"from": 0.01, "to": 10}}, "batch_norm": [true, false]}}
                    """, #", "seed": \#(seed)"#
                ).firstTrials())
        }
        #expect(try trials(1) == trials(1))
        #expect(try trials(1) != trials(2))
    }

    @Test func randomValuesFillTheirRangeEvenly() throws {
        let settings = try settings(
            """
            {"method": "random", "trials": 900, "parameters": {"l2_lambda": {"log": {"from": 0.01, "to": 10}},
             "keep_prob": {"linear": {"from": 0.5, "to": 1}}}}
            """)
        let trials = settings.firstTrials()
        for decade in [0.01, 0.1, 1] {
            let count = trials.count { ($0[0].number ?? 0) >= decade && ($0[0].number ?? 0) < decade * 10 }
            #expect(abs(Double(count) - 300) < 60)
        }
        let mean = trials.reduce(0) { $0 + ($1[1].number ?? 0) } / 900
        #expect(abs(mean - 0.75) < 0.02)
    }

    @Test func aBayesianSearchBeginsWithWholeBatchesSpreadOverTheRange() throws {
        let settings = try settings(
            """
            {"method": "bayesian", "trials": 30, "batch": 4,
             "parameters": {"l2_lambda": {"log": {"from": 0.001, "to": 10}}}}
            """)
        let first = settings.firstTrials()
        #expect(first.count == 4)
        let quarters = Set(first.map { Int((log10($0[0].number ?? 0) + 3).rounded(.down)) })
        #expect(quarters == [0, 1, 2, 3])
        let judged = first.map { JudgedTrial(values: $0, loss: abs(log10($0[0].number ?? 0) - 0.3)) }
        let next = settings.nextTrials(after: judged)
        #expect(next.count == 4)
        #expect(Set(next + first).count == 8)
        #expect(next == settings.nextTrials(after: judged))
    }

    @Test func aBayesianSearchOverAListEndsWhenAllIsTried() throws {
        let settings = try settings(
            """
            {"method": "bayesian", "trials": 30,
             "parameters": {"l2_lambda": [0, 1, 2], "activation": ["relu", "tanh"]}}
            """)
        var judged = settings.firstTrials().map { JudgedTrial(values: $0, loss: nil) }
        while judged.count < settings.trials {
            let next = settings.nextTrials(after: judged)
            try #require(!next.isEmpty)
            judged += next.map { JudgedTrial(values: $0, loss: nil) }
        }
        #expect(Set(judged.map(\.values)).count == 6)
    }

    /// Scores with one good place each, as training has them: of λ and of a rate, of both with a word, a long valley.
    enum Landscape: String, CaseIterable, Sendable {
        case bowl, valley, words

        var parameters: String {
            let two = """
                "l2_lambda": {"log": {"from": 0.0001, "to": 100}}, "learning_rate": {"log": {"from": 0.0001, "to": 1}}
                """
            return self == .words ? two + #", "activation": ["relu", "tanh", "sigmoid"]"# : two
        }

        func loss(_ values: [SweepValue]) -> Double {
            let (a, b) = (log10(values[0].number ?? 1), log10(values[1].number ?? 1))
            switch self {
            case .bowl: return 0.2 + 0.02 * (a - 0.5) * (a - 0.5) + 0.1 * (b + 2.2) * (b + 2.2)
            case .valley:
                let across = a + 1.5 * b + 3
                return 0.3 + 0.2 * across * across + 0.02 * (a + 1) * (a + 1)
            case .words:
                let penalty = values[2].json == Array("\"tanh\"".utf8) ? 0 : 0.15
                // Rates that are too large end far away from everything else.
                return 0.2 + penalty + 0.03 * (a + 1) * (a + 1) + (b > -0.5 ? 40 : 0.1 * (b + 1.5) * (b + 1.5))
            }
        }
    }

    @Test(arguments: Landscape.allCases)
    func aBayesianSearchBeatsARandomOneOverTwentySeeds(_ landscape: Landscape) throws {
        func best(_ method: String, seed: Int) throws -> Double {
            let settings = try settings(
                #"{"method": "\#(method)", "trials": 24, "parameters": {\#(landscape.parameters)}}"#,
                #", "seed": \#(seed)"#)
            var judged = settings.firstTrials().map { JudgedTrial(values: $0, loss: landscape.loss($0)) }
            while judged.count < settings.trials {
                judged += settings.nextTrials(after: judged).map { JudgedTrial(values: $0, loss: landscape.loss($0)) }
            }
            return judged.compactMap(\.loss).min() ?? .infinity
        }
        let random = try (1...20).map { try best("random", seed: $0) }
        let bayesian = try (1...20).map { try best("bayesian", seed: $0) }
        let median = { (values: [Double]) in (values.sorted()[9] + values.sorted()[10]) / 2 }
        #expect(median(bayesian) < median(random))
        #expect(zip(bayesian, random).count { $0 < $1 } >= 14)
    }
}

/// The model behind the bayesian search.
@Suite struct GaussianProcessTests {
    @Test func aFactorSolvesWhatItIsTheFactorOf() throws {
        let matrix: [Double] = [4, 2, 0.6, 2, 5, 1, 0.6, 1, 3]
        let factor = try #require(CholeskyFactor(lower: matrix, count: 3))
        let x = factor.solve([1, -2, 0.5])
        for (row, expected) in [1, -2, 0.5].enumerated() {
            let found = (0..<3).reduce(0) { $0 + matrix[row * 3 + $1] * x[$1] }
            #expect(abs(found - expected) < 1e-14)
        }
        // 4 (5·3 − 1) − 2 (2·3 − 0.6) + 0.6 (2 − 3)
        #expect(abs(factor.logDeterminantHalf - 0.5 * log(4 * 14 - 2 * 5.4 + 0.6 * (2 - 3))) < 1e-14)
        #expect(CholeskyFactor(lower: [1, 2, 2, 1], count: 2) == nil)
    }

    @Test func withoutNoiseItPassesThroughWhatItHasSeen() throws {
        let points = [[0.1], [0.4], [0.9]]
        let values = [1.0, -1.5, 0.5]
        let process = try #require(GaussianProcess(points: points, values: values, .init(lengths: [0.3], noise: 1e-9)))
        for (point, value) in zip(points, values) {
            let found = process.predict(point)
            #expect(abs(found.mean - value) < 1e-6)
            #expect(found.deviation < 1e-3)
        }
        #expect(process.predict([0.65]).deviation > 0.1)
        #expect(abs(process.predict([1_000]).mean) < 1e-12)
    }

    @Test func oneObservationGivesTheFormulaOfTheBook() throws {
        // k(r) = (1 + √5 r + 5 r² / 3) e^(−√5 r) with r = 0.5; σ² = y² / (1 + noise).
        let process = try #require(
            GaussianProcess(points: [[0.25, 0]], values: [2], .init(lengths: [0.5, 1], noise: 0.1)))
        let found = process.predict([0.5, 0])
        let s = 5.0.squareRoot() * 0.5
        let k = (1 + s + s * s / 3) * exp(-s)
        #expect(abs(found.mean - k / 1.1 * 2) < 1e-14)
        #expect(abs(found.deviation - (4 / 1.1 * (1 - k * k / 1.1)).squareRoot()) < 1e-14)
    }

    @Test func theExpectedImprovementIsTheIntegral() {
        for (mean, deviation, incumbent) in [(0.3, 0.5, 0.1), (-1.0, 0.2, 0.0), (2.0, 1.0, -1.0)] {
            var sum = 0.0
            let step = 1e-4
            for place in -80_000..<80_000 {
                let z = (Double(place) + 0.5) * step
                sum +=
                    max(incumbent - (mean + deviation * z), 0) * exp(-z * z / 2) / (2 * Double.pi).squareRoot() * step
            }
            #expect(abs(BayesianSearch.expectedImprovement((mean, deviation), on: incumbent) - sum) < 1e-7)
        }
        #expect(BayesianSearch.expectedImprovement((0.5, 0), on: 1) == 0.5)
    }
}
