import Foundation
import Jobs
import Perceptron
import Testing

/// What a sweep does next, and what it says of itself.
@Suite struct SweepProgressTests {
    private let lambdas = #"{"parameters": {"l2_lambda": [0, 1, 2, 3]}}"#

    private func number(_ values: [SweepValue], _ index: Int = 0) -> Double { values[index].number ?? .nan }

    @Test func everyTrialRunsOnceAndTheBestBecomesTheFinalModel() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas))
        try sweep.run { place, values in
            place == .final ? .score(0.9) : .score(abs(number(values) - 2) + 0.5)
        }
        #expect(sweep.ending == .succeeded)
        #expect(sweep.submitted.map(\.place) == (0..<4).map { .trial($0, rung: 0, fold: 0) } + [.final])
        let progress = try sweep.progress
        #expect(progress.trials.map(\.state) == [.done, .done, .done, .done])
        #expect(progress.trials.map { $0.score?.mean } == [2.5, 1.5, 0.5, 1.5])
        #expect(progress.best?.number == 2)
        #expect(progress.jobsDone == 5 && progress.specification.plannedJobs == 5)
    }

    @Test func noMoreJobsWaitThanMay() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas, #""judge": {"folds": 5}"#))
        try sweep.run(capacity: 3) { _, values in .score(1) }
        #expect(sweep.mostActive == 3)
        #expect(sweep.submitted.count == 21)
    }

    @Test(arguments: ["grid", "random", "bayesian"])
    func theOrderInWhichJobsEndDoesNotMatter(_ method: String) throws {
        let range = #"{"log": {"from": 0.01, "to": 10, "steps": 5}}"#
        let search = #"{"method": "\#(method)", "parameters": {"l2_lambda": \#(range), "keep_prob": [0.6, 0.8, 1]}}"#
        func trials(capacity: Int, _ pick: @escaping (Int) -> Int) throws -> [String] {
            var sweep = try SimulatedSweep(sweepDocument(search, #""judge": {"folds": 2}, "seed": 3"#))
            try sweep.run(capacity: capacity, pick: pick) { place, values -> SimulatedSweep.End in
                guard case .trial(_, _, let fold) = place else { return SimulatedSweep.End.score(0) }
                return .score(abs(log10(number(values)) + 1) + number(values, 1) + Double(fold) / 10)
            }
            return try sweep.progress.trials.map { "\(sweep.words($0)) \($0.score?.mean ?? .nan)" }
        }
        let expected = try trials(capacity: 1) { _ in 0 }
        #expect(expected.count > 10)
        #expect(try trials(capacity: 4) { $0 - 1 } == expected)
        var generator = SeededGenerator(1)
        #expect(try trials(capacity: 9) { Int.random(in: 0..<$0, using: &generator) } == expected)
    }

    @Test func aSweepThatIsReadAgainAtAnyMomentGoesOnAsItWould() throws {
        let document = sweepDocument(
            """
            {"method": "bayesian", "trials": 12, "parameters": {"l2_lambda": {"log": {"from": 0.01, "to": 10}}}}
            """, #""seed": 3"#)
        func end(_ place: SweepPlace, _ values: [SweepValue]) -> SimulatedSweep.End {
            place == .final ? .score(0) : .score(abs(log10(number(values)) - 0.2))
        }
        var undisturbed = try SimulatedSweep(document)
        try undisturbed.run { end($0, $1) }
        for stop in 0..<12 {
            var sweep = try SimulatedSweep(document)
            try sweep.run(until: { $0.runs.count { $0.status.isTerminal } == stop }) { end($0, $1) }
            // Nothing but the store's rows goes on: a run that was running waits again.
            try sweep.run { end($0, $1) }
            #expect(try sweep.progress.trials.map(\.values) == undisturbed.progress.trials.map(\.values))
            #expect(sweep.runs.count == undisturbed.runs.count)
        }
    }

    @Test func scoresOfFoldsAreAveragedAndTheirSpreadIsTheError() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas, #""judge": {"folds": 2, "repeats": 2}"#))
        try sweep.run { place, _ -> SimulatedSweep.End in
            guard case .trial(let trial, _, let fold) = place else { return .score(0) }
            return .score(Double(trial) + [1, 2, 4, 8][fold])
        }
        for (number, trial) in try sweep.progress.trials.enumerated() {
            #expect(trial.rungs[0].scores == [1, 2, 4, 8].map { $0 + Double(number) })
            #expect(trial.score?.mean == 3.75 + Double(number))
            #expect(abs((trial.score?.standardError ?? 0) - 1.5478479684172259) < 1e-12)
        }
    }

    @Test func onASingleDevSetTheErrorIsThatOverItsExamples() throws {
        var loss = try SimulatedSweep(sweepDocument(lambdas))
        try loss.run { _, _ in .score(0.5, error: 0.03) }
        #expect(try loss.progress.trials[0].score == TrialScore(mean: 0.5, standardError: 0.03))
        var accuracy = try SimulatedSweep(sweepDocument(lambdas, #""judge": {"by": "dev_accuracy"}"#))
        try accuracy.run { _, _ in .score(0.75, error: 0.03) }
        // 8 dev rows of 40.
        let expected = TrialScore(mean: 0.75, standardError: (0.75 * 0.25 / 8).squareRoot())
        #expect(try accuracy.progress.trials[0].score == expected)
    }

    @Test func aLargerAccuracyIsBetter() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas, #""judge": {"by": "dev_accuracy"}"#))
        try sweep.run { _, values in .score(values.isEmpty ? 0 : number(values) / 4) }
        #expect(try sweep.progress.best?.number == 3)
    }

    @Test func aDivergedTrialIsTheWorstAndTheSweepGoesOn() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas, #""judge": {"folds": 2}"#))
        try sweep.run { place, values -> SimulatedSweep.End in
            guard case .trial(let trial, _, let fold) = place else { return .score(1) }
            return trial == 0 && fold == 1 ? .diverged : .score(trial == 0 ? 0 : number(values))
        }
        #expect(sweep.ending == .succeeded)
        let progress = try sweep.progress
        #expect(progress.trials.map(\.state) == [.failed, .done, .done, .done])
        #expect(progress.trials[0].score == nil)
        #expect(progress.best?.number == 1)
    }

    @Test func whereEveryTrialDivergesTheSweepFailsAndSaysSo() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas))
        try sweep.run { _, _ in .diverged }
        guard case .failed(let failure) = sweep.ending else {
            Issue.record("\(String(describing: sweep.ending))")
            return
        }
        #expect(failure.code == "diverged")
        #expect(sweep.runs.count == 4)
    }

    @Test func aFinalJobThatFailsMakesTheSweepFail() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas))
        try sweep.run { place, _ in place == .final ? .diverged : .score(1) }
        guard case .failed(let failure) = sweep.ending else {
            Issue.record("not failed")
            return
        }
        #expect(failure.code == "diverged")
    }

    @Test func halvingLetsTheBetterThirdGoOnAndSavesEpochs() throws {
        var sweep = try SimulatedSweep(
            sweepDocument(
                #"{"parameters": {"l2_lambda": {"linear": {"from": 0, "to": 8, "steps": 9}}}}"#,
                #""halving": {"eta": 3, "min_epochs": 10}"#))
        #expect(sweep.specification.rungs == [10, 30, 90])
        #expect(sweep.specification.plannedJobs == 9 + 3 + 1 + 1)
        try sweep.run { place, values in .score(values.isEmpty ? 0 : abs(number(values) - 5)) }
        let progress = try sweep.progress
        #expect(sweep.ending == .succeeded)
        #expect(progress.trials.map(\.rungs.count) == [1, 1, 1, 1, 2, 3, 2, 1, 1])
        #expect(
            progress.trials.map { $0.state == .dropped } == [true, true, true, true, true, false, true, true, true])
        #expect(progress.trials[5].state == .done && progress.best?.number == 5)
        #expect(progress.trials[5].rungs.map(\.epochs) == [10, 30, 90])
        #expect(progress.curves[0].points.map(\.trials) == [1])
        #expect(sweep.runs.count == 14)
    }

    @Test func failedTrialsDoNotGoOn() throws {
        var sweep = try SimulatedSweep(
            sweepDocument(lambdas, #""halving": {"eta": 2, "min_epochs": 30}"#))
        try sweep.run { place, values -> SimulatedSweep.End in
            guard case .trial(let trial, _, _) = place else { return .score(0) }
            return trial == 3 ? .score(7) : .diverged
        }
        #expect(try sweep.progress.trials.map(\.state) == [.failed, .failed, .failed, .done])
        #expect(sweep.ending == .succeeded)
    }

    @Test func whenTheTimeIsOverTheAnswerIsMadeOfWhatIsThere() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas, #""max_seconds": 2"#))
        try sweep.run(capacity: 2, now: 1_999, until: { $0.runs.count { $0.status.isTerminal } == 2 }) { _, values in
            .score(number(values))
        }
        try sweep.run(capacity: 2, now: 2_000) { place, _ -> SimulatedSweep.End in
            #expect(place == .final)
            return .score(3)
        }
        #expect(sweep.ending == .succeeded)
        #expect(sweep.sweep.searchEnd == .timeLimit)
        #expect(try sweep.progress.trials.map(\.state) == [.done, .done, .skipped, .skipped])
        #expect(try sweep.progress.best?.number == 0)
    }

    @Test func withNothingDoneInTimeTheSweepFails() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas, #""max_seconds": 1"#))
        #expect(try sweep.progress.deadline == Timestamp(milliseconds: 1_000))
        try sweep.run(now: 5_000) { _, _ in .score(1) }
        guard case .failed(let failure) = sweep.ending else {
            Issue.record("not failed")
            return
        }
        #expect(failure.detail.contains("max_seconds"))
    }

    @Test func aCancelledSweepStopsItsJobsAndHasNoFinalModel() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas))
        try sweep.run(capacity: 2, until: { $0.runs.contains { $0.status.isTerminal } }) { _, _ in .score(1) }
        let isCancelling = sweep.sweep.requestCancel()
        #expect(isCancelling)
        try sweep.run(capacity: 2) { _, _ in .score(1) }
        #expect(sweep.ending == .cancelled)
        #expect(try sweep.progress.final == nil)
        #expect(try sweep.progress.trials.map(\.state) == [.done, .skipped, .skipped, .skipped])
        #expect(try sweep.progress.best?.number == 0)
    }

    @Test func theSimplestWithinOneStandardErrorIsTheMostRegularised() throws {
        var sweep = try SimulatedSweep(
            sweepDocument(#"{"parameters": {"l2_lambda": [0, 1, 2, 3], "keep_prob": [1, 0.5]}}"#))
        try sweep.run { _, values -> SimulatedSweep.End in
            if values.isEmpty { return .score(0) }
            // λ: 0.40, 0.30, 0.34, 0.60; half the units cost 0.02.
            return .score([0.4, 0.3, 0.34, 0.6][Int(number(values))] + (number(values, 1) < 1 ? 0.02 : 0), error: 0.05)
        }
        let progress = try sweep.progress
        #expect(progress.best.map { sweep.words($0) } == "1 1")
        // 0.34 and 0.36 with λ = 2; 0.36 is beyond 0.35.
        #expect(try progress.oneStandardError().map { sweep.words($0) } == "2 1")
    }

    @Test func fewerParametersAreSimplerThanALargerLambda() throws {
        var sweep = try SimulatedSweep(sweepDocument(#"{"parameters": {"keep_prob": [1, 0.5, 0.8]}}"#))
        try sweep.run { place, _ in .score(place == .trial(0, rung: 0, fold: 0) ? 1 : 1.01, error: 0.02) }
        sweep.runs = sweep.runs.map { run in
            SweepRun(
                id: run.id, place: run.place, status: run.status, result: run.result,
                parameterCount: run.place == .trial(2, rung: 0, fold: 0) ? 5 : 9)
        }
        #expect(try sweep.progress.oneStandardError()?.number == 2)
        sweep.runs = sweep.runs.map { run in
            SweepRun(id: run.id, place: run.place, status: run.status, result: run.result, parameterCount: 9)
        }
        #expect(try sweep.progress.oneStandardError()?.number == 1)
    }

    @Test func withoutAnErrorThereIsNoChoiceByIt() throws {
        var sweep = try SimulatedSweep(sweepDocument(lambdas))
        try sweep.run { _, _ in .score(1) }
        #expect(try sweep.progress.oneStandardError() == nil)
        #expect(sweep.ending == .succeeded)
    }

    @Test func theFinalModelCanBeTheSimplerOneAndTrainOnDevToo() throws {
        var sweep = try SimulatedSweep(
            sweepDocument(
                lambdas, #""choose": "one_standard_error", "refit": true"#,
                training: #"{"epochs": 90, "early_stopping": {"patience": 3}}"#))
        try sweep.run { place, values in
            let number = values.first?.number ?? 0
            return .score(1 + number / 100, error: 0.025, bestEpoch: 40 + Int(number))
        }
        let final = try #require(sweep.submitted.last)
        let submission = try sweep.specification.submission(
            final, of: sweep.sweep,
            table: sweep.fixture.tables.open(try #require(sweep.fixture.tables.hashes().first)),
            limits: sweep.fixture.tables.limits, jobLimits: .most)
        let settings = try node(String(decoding: submission.settings, as: UTF8.self))
        #expect(settings["training"]?["l2_lambda"]?.number == 2)
        #expect(settings["training"]?["epochs"]?.integer == 42)
        #expect(settings["training"]?["early_stopping"]?.isNull == true)
        #expect(settings["data"]?["rows"]?["train"]?.integer == 32)
        #expect(settings["data"]?["rows"]?["dev"]?.integer == 0)
        #expect(settings["data"]?["rows"]?["test"]?.integer == 8)
    }

    @Test func curvesAverageOverTheOtherParameters() throws {
        var sweep = try SimulatedSweep(
            sweepDocument(#"{"parameters": {"l2_lambda": [2, 0], "activation": ["tanh", "relu"]}}"#))
        try sweep.run { _, values -> SimulatedSweep.End in
            if values.isEmpty { return .score(0) }
            return .score(number(values) + (values[1].json == Array("\"relu\"".utf8) ? 0.5 : 0), error: 0.3)
        }
        let curves = try sweep.progress.curves
        #expect(curves[0].points.map(\.value.number) == [0, 2])
        #expect(curves[0].points.map(\.mean) == [0.25, 2.25])
        #expect(curves[0].points.map(\.trials) == [2, 2])
        #expect(curves[0].points.allSatisfy { abs(($0.standardError ?? 0) - 0.3 / 2.0.squareRoot()) < 1e-15 })
        #expect(curves[1].points.map { String(decoding: $0.value.json, as: UTF8.self) } == ["\"tanh\"", "\"relu\""])
        #expect(curves[1].points.map(\.mean) == [1, 1.5])
    }
}
