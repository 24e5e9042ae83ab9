import Diagnosis
import Evaluation
import Perceptron
import Testing

struct RemediesTests {
    private static let bias = Evidence.make(.wrong(0.3, of: 1000), .wrong(0.31, of: 1000))
    private static let variance = Evidence.make(.wrong(0.01, of: 1000, loss: 0.05), .wrong(0.2, of: 1000, loss: 0.55))

    private func actions(_ evidence: Evidence, _ change: (inout Evidence) -> Void = { _ in }) -> [Suggestion.Action] {
        var evidence = evidence
        change(&evidence)
        return Diagnosis(evidence).suggestions.map(\.action)
    }

    private func suggestion(
        _ action: Suggestion.Action, _ evidence: Evidence, _ change: (inout Evidence) -> Void = { _ in }
    ) -> Suggestion? {
        var evidence = evidence
        change(&evidence)
        return Diagnosis(evidence).suggestions.first { $0.action == action }
    }

    @Test func biasIsMetWithALargerNetworkFirst() {
        #expect(actions(Self.bias) == [.enlargeNetwork, .trainLonger])
        #expect(suggestion(.enlargeNetwork, Self.bias)?.field == "/network/hidden_layers")
        #expect(suggestion(.enlargeNetwork, Self.bias)?.from == .integers([20, 3]))
    }

    @Test(arguments: [([20, 3], [40, 6]), ([1], [16]), ([4, 2], [16, 8]), ([32], [64])])
    func aNetworkGrowsToTwiceItsUnitsAndAtLeastSixteen(hidden: [Int], larger: [Int]) {
        let evidence = Evidence.make(.wrong(0.3, of: 1000), .wrong(0.31, of: 1000), hidden: hidden)
        #expect(suggestion(.enlargeNetwork, evidence)?.to == .integers(larger))
    }

    @Test func aFirstLayerComesWithAllOfTheNetwork() throws {
        let evidence = Evidence.make(.wrong(0.3, of: 1000), .wrong(0.31, of: 1000), hidden: [])
        let suggestion = try #require(suggestion(.enlargeNetwork, evidence))
        #expect(suggestion.field == "/network")
        guard case .network(let network)? = suggestion.to else {
            Issue.record("it is no network")
            return
        }
        #expect(network.units == [16] && network.initializer == evidence.network.initializer)
    }

    @Test func givenStartingWeightsKeepTheNetworkAsItIs() {
        #expect(!actions(Self.bias) { $0.hasInitialWeights = true }.contains(.enlargeNetwork))
        #expect(!actions(Self.variance) { $0.hasInitialWeights = true }.contains(.shrinkNetwork))
    }

    @Test func regularisationIsLoosenedLastUnlessItIsWhatHoldsTheNetworkBack() {
        #expect(actions(Self.bias) { $0.training.l2Lambda = 0.7 }.last == .decreaseL2Lambda)
        #expect(actions(Self.bias) { $0.training.l2Lambda = 100 }.first == .decreaseL2Lambda)
        // No cost is left of a penalty that has left no weights.
        let pressed: (inout Evidence) -> Void = {
            $0.training.l2Lambda = 0.5
            $0.norms[0].nearZeroCount = 60
        }
        #expect(actions(Self.bias, pressed).first == .decreaseL2Lambda)
        #expect(suggestion(.decreaseL2Lambda, Self.bias) { $0.training.l2Lambda = 5000 }?.to == .number(10))
        #expect(suggestion(.decreaseL2Lambda, Self.bias) { $0.training.l2Lambda = 100 }?.to == .number(10))
        #expect(suggestion(.decreaseL2Lambda, Self.bias) { $0.training.l2Lambda = 1e-4 }?.to == .number(0))
        #expect(suggestion(.decreaseL1Lambda, Self.bias) { $0.training.l1Lambda = 0.3 }?.to == .number(0.03))
        #expect(actions(Self.bias) { $0.network.hiddenLayers[0].keepProb = 0.5 }.first == .increaseKeepProb)
        let kept = suggestion(.increaseKeepProb, Self.bias) { $0.network.hiddenLayers[0].keepProb = 0.5 }
        #expect(kept?.field == "/network/keep_prob")
        #expect(kept?.from == .numbers([0.5, 1]))
        #expect(kept?.to == .numbers([0.75, 1]))
    }

    @Test func plainDescentWithASmallRateIsOfferedAdam() {
        let offered = suggestion(.changeOptimizer, Self.bias) {
            $0.training.optimizer = .sgd
            $0.training.learningRate = 0.01
        }
        #expect(offered?.field == "/training/optimizer")
        #expect(offered?.to == .word("adam"))
        // A rate that descent can take is far too high for Adam.
        #expect(
            !actions(Self.bias) {
                $0.training.optimizer = .sgd
                $0.training.learningRate = 0.3
            }.contains(.changeOptimizer))
    }

    @Test func aLossThatJumpsAsksForAShorterStep() {
        let jumping: [HistoryRow] = .curve(train: { Int(($0 * 200).rounded()) % 2 == 0 ? 0.8 : 0.3 })
        let evidence = Evidence.make(.wrong(0.3, of: 1000), .wrong(0.31, of: 1000), history: jumping)
        let first = Diagnosis(evidence).suggestions.first
        #expect(first?.action == .decreaseLearningRate)
        #expect(first?.to == .number(0.0003))
    }

    @Test func varianceIsMetInTheMethodsOrder() {
        #expect(
            actions(Self.variance) == [
                .addTrainingData, .increaseL2Lambda, .decreaseKeepProb, .addEarlyStopping, .augmentData, .shrinkNetwork,
            ])
        #expect(suggestion(.decreaseKeepProb, Self.variance)?.to == .numbers([0.8, 1]))
        #expect(suggestion(.addTrainingData, Self.variance)?.to == .integer(2000))
        #expect(suggestion(.shrinkNetwork, Self.variance)?.to == .integers([10, 1]))
        #expect(suggestion(.addEarlyStopping, Self.variance)?.to == .earlyStopping(EarlyStopping(patience: 20)))
    }

    @Test func noiseIsNamedWhereTheJobCanHaveItAndHasNone() {
        let advised = suggestion(.augmentData, Self.variance)
        #expect(advised != nil && advised?.field == nil && advised?.to == nil)
        let noise = suggestion(.augmentData, Self.variance) { $0.canAddNoise = true }
        #expect(noise?.field == "/data/augment" && noise?.from == nil && noise?.to == .noise(0.1))
        #expect(noise?.sentence.contains(#"/data/augment to {"noise": {"std": 0.1}}"#) == true)
    }

    @Test func aPenaltyThatIsThereIsAtLeastTripled() {
        let raised = suggestion(.increaseL2Lambda, Self.variance) { $0.training.l2Lambda = 1000 }
        #expect(raised?.from == .number(1000))
        #expect(raised?.to == .number(3000))
    }

    @Test func earlyStoppingIsNotOfferedTwice() {
        #expect(!actions(Self.variance) { $0.training.earlyStopping = EarlyStopping() }.contains(.addEarlyStopping))
    }

    @Test func withBothBiasComesFirstAndNothingIsAskedForTwoWays() {
        let both = Diagnosis(
            .make(.wrong(0.2, of: 1000), .wrong(0.4, of: 1000)) { $0.training.l2Lambda = 1 })
        let fields = both.suggestions.compactMap(\.field)
        #expect(both.verdict == .both)
        #expect(both.suggestions.first?.action == .enlargeNetwork)
        #expect(Set(fields).count == fields.count)
        #expect(!both.suggestions.map(\.action).contains(.increaseL2Lambda))
        #expect(!both.suggestions.map(\.action).contains(.shrinkNetwork))
    }

    @Test func aDevSetThatIsTooSmallGrowsByItsShareWhereRowsAreDealt() {
        let few = Evidence.make(.wrong(0, of: 600), .wrong(0.06, of: 50)) {
            $0.split = .init(train: 0.8, dev: 0.1, test: 0.1)
        }
        let larger = suggestion(.enlargeDevSet, few)
        #expect(larger?.field == "/data/split")
        guard case .split(let split)? = larger?.to else {
            Issue.record("no split")
            return
        }
        #expect(split.dev > 0.1)
        #expect(split.test == 0.1)
        #expect(abs(split.train + split.dev + split.test - 1) < 1e-12)
        let given = suggestion(.enlargeDevSet, few) { $0.split = nil }
        #expect(given?.field == nil)
        #expect(given?.from == .integer(50))
    }

    @Test func everySentenceNamesItsFieldAndValue() {
        for evidence in [Self.bias, Self.variance] {
            for suggestion in Diagnosis(evidence).suggestions {
                #expect(!suggestion.why.isEmpty)
                guard let field = suggestion.field, let to = suggestion.to else { continue }
                #expect(suggestion.sentence.contains("\(field) to \(to)"))
            }
        }
    }
}

/// What is known to keep a network from learning goes before what only may.
@Suite struct CauseRemediesTests {
    private func first(_ change: (inout Evidence) -> Void) -> Suggestion? {
        let rising = [HistoryRow].curve(train: { 1 + $0 }, dev: { 1 + $0 })
        let evidence = Evidence.make(.wrong(0.45, of: 1000, loss: 2), .wrong(0.45, of: 1000, loss: 2), history: rising)
        {
            $0.training.learningRate = 0.3
            change(&$0)
        }
        return Diagnosis(evidence).suggestions.first
    }

    @Test func aLossThatHasGrownAsksForASmallerRate() {
        let suggestion = first { _ in }
        #expect(suggestion?.action == .decreaseLearningRate)
        #expect(suggestion?.to == .number(0.03))
    }

    @Test(arguments: [HealthAlarm.Kind.costRising, .divergence, .explodingGradients])
    func soDoesAnAlarm(kind: HealthAlarm.Kind) {
        let suggestion = first {
            $0.history = .curve()
            $0.alarms = [kind]
        }
        #expect(suggestion?.action == .decreaseLearningRate)
    }

    @Test func inputsOfVeryDifferentSizesAreNormalised() {
        let suggestion = first {
            $0.alarms = [.inputScale]
            $0.inputsAreRaw = true
        }
        #expect(suggestion?.action == .normalizeInputs)
        #expect(suggestion?.field == "/data/normalize")
    }

    @Test func weightsThatLetNothingThroughAreDrawnOtherwise() {
        let suggestion = first {
            $0.alarms = [.initializer]
            $0.network.initializer = .zeros
        }
        #expect(suggestion?.action == .changeInitializer)
        #expect(suggestion?.to == .word("auto"))
    }

    @Test func aLossThatStaysWhereItBeganAsksForALargerRate() {
        let suggestion = first {
            $0.history = .curve(train: { 1 - 0.001 * $0 }, dev: { 1 - 0.001 * $0 })
            $0.training.learningRate = 1e-6
        }
        #expect(suggestion?.action == .increaseLearningRate)
        #expect(suggestion?.to == .number(1e-5))
    }

    @Test func aNetworkThatOnlyKnowsTheCommonerClassIsTold() {
        var share = ErrorSample.wrong(0.03, of: 2000)
        share.targetVariance = 0.03 * 0.97
        let diagnosis = Diagnosis(.make(share, share))
        #expect(diagnosis.verdict == .balanced)
        #expect(diagnosis.hasLearnedNothing)
        #expect(diagnosis.summary.contains("always giving the commoner class"))
        #expect(diagnosis.suggestions.contains { $0.action == .balanceClasses && $0.to == .word("balanced") })
    }
}
