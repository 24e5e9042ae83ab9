import JSONDocument
import Jobs
import Testing

/// What a service with its own limits makes of requests.
struct JobLimitsTests {
    private func read(_ text: String, _ limits: JobLimits) throws -> JobRequest {
        JobRequest(try node(text), limits: limits) { 7 }
    }

    @Test func defaultsKeepToTheLimits() throws {
        let limits = JobLimits(epochs: 50, seconds: 9, historyRows: 6, hiddenLayers: 1, units: 20)
        for text in [document(), #"{"data": \#(xorData)}"#] {
            let request = try read(text, limits)
            let training = request.training.specification
            #expect(request.faults.isEmpty)
            #expect(request.network.hiddenLayers.map(\.units) == [20])
            #expect((training.epochs, training.timeLimitSeconds, training.historyEvery) == (50, 9, 10))
        }
    }

    @Test func whatIsAskedForWithinALimitIsNotCapped() throws {
        let training = try read(
            document(training: #"{"time_limit_seconds": 2, "threads": 3}"#), JobLimits(seconds: 9, threads: 3)
        ).training.specification
        #expect((training.timeLimitSeconds, training.threads) == (2, 3))
    }

    @Test func whatWasAcceptedIsReadWhateverTheLimits() throws {
        let fixture = try PlanFixture()
        let settings = try fixture.plan(document(training: #"{"epochs": 5000, "threads": 60}"#)).settings(
            initialWeightsHash: nil)
        let text = String(decoding: settings, as: UTF8.self)
        let stored = try node(text)
        let faults = FaultCollector()
        _ = TrainingSettings(reading: stored["training"], at: "/training", faults: faults) { 0 }
        #expect(faults.faults.isEmpty)
        let strict = FaultCollector()
        _ = TrainingSettings(
            reading: stored["training"], at: "/training", faults: strict, limits: JobLimits(epochs: 10, threads: 2)
        ) { 0 }
        #expect(strict.faults.map(\.pointer) == ["/training/epochs", "/training/threads"])
    }

    @Test func parametersAndMemoryAreBothTold() throws {
        let fixture = try PlanFixture()
        do {
            _ = try fixture.plan(
                document(network: #"{"hidden_layers": [100, 100]}"#),
                limits: JobLimits(memory: 1_000, parameters: 1_000))
            Issue.record("it was planned")
        } catch let faults as Faults {
            #expect(faults.all.map(\.pointer) == ["/network/hidden_layers", "/network/hidden_layers"])
            #expect(faults.all[0].detail == "makes 10501 parameters; a job may have at most 1000")
            #expect(faults.all[1].detail.hasSuffix("a job may take 1000"))
        }
    }

    @Test func theJobOfASweepKeepsToTheLimits() throws {
        let request = SweepRequest(
            try node(#"{"job": \#(document()), "search": {"parameters": {"l2_lambda": [0, 1]}}}"#),
            limits: JobLimits(seconds: 5), drawSeed: { 7 })
        #expect(request.faults.isEmpty)
        #expect(request.job?.training.specification.timeLimitSeconds == 5)
    }
}
