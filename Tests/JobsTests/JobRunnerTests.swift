import Datasets
import Foundation
import Jobs
import Perceptron
import Testing

/// A runner over folders of its own, and jobs for it.
private struct RunnerFixture {
    let plans: PlanFixture
    let networks: NetworkArchive
    let weights: InitialWeightsArchive
    let runner: JobRunner
    let store = MemoryStore()

    init() throws {
        plans = try PlanFixture()
        networks = try NetworkArchive(directory: plans.directory.path + "/networks")
        weights = try InitialWeightsArchive(directory: plans.directory.path + "/weights")
        runner = JobRunner(
            archive: JobArchive(store: store, tables: plans.tables, networks: networks, initialWeights: weights))
    }

    /// A job as a worker gets it.
    func job(_ document: String) throws -> Job {
        let plan = try plans.plan(document)
        let hash = try plan.network.initialLayers.map { try weights.store($0, of: plan.network) }
        _ = try store.submit(
            JobSubmission(
                settings: plan.settings(initialWeightsHash: hash),
                tableHash: try #require(plan.data.specification.table), initialWeightsHash: hash,
                parameterCount: plan.network.parameterCount, epochs: plan.training.epochs))
        return try #require(store.claim())
    }

    func ending(_ job: Job, stop: StopRequest? = nil) throws -> JobEnding {
        let monitor = TrainingMonitor(epochs: job.epochs)
        if let stop { monitor.stop(stop) }
        guard case .finished(let ending) = runner.run(job, monitor) else { throw Interrupted() }
        return ending
    }

    /// The network that an ending brings, or its file.
    func network(_ job: Job, _ ending: JobEnding) throws -> TrainedNetwork? {
        try networks.network(of: job.id, content: ending.network)
    }

    struct Interrupted: Error {}
}

struct JobRunnerTests {
    private let fixture: RunnerFixture

    init() throws { fixture = try RunnerFixture() }

    private static let twoMoons: String = {
        let points = (0..<40).map { i in
            let angle = Double(i) / 6
            return i % 2 == 0 ? "[\(angle), \(angle * angle)]" : "[\(angle + 1), \(-angle)]"
        }
        return
            #"{"x": [\#(points.joined(separator: ", "))], "y": [\#((0..<40).map { "\($0 % 2)" }.joined(separator: ", "))]}"#
    }()

    @Test(arguments: ["float32", "float64"], ["{}", #"{"batch_norm": true, "keep_prob": 0.8}"#])
    func aJobRunTwiceGivesTheSameBytes(precision: String, network: String) throws {
        let text = document(
            network: network, training: #"{"epochs": 20, "batch_size": 7, "precision": "\#(precision)", "seed": 5}"#,
            data: Self.twoMoons)
        let endings = try [fixture.job(text), fixture.job(text)].map { job in
            let ending = try fixture.ending(job)
            #expect(ending.status == .succeeded)
            return (ending, try #require(try fixture.network(job, ending)).encoded())
        }
        #expect(endings[0].1 == endings[1].1)
        #expect(endings[0].0.history == endings[1].0.history)
        #expect(endings[0].0.result?.test == endings[1].0.result?.test)
        #expect(endings[0].0.result?.hasWeights == true)
        #expect(endings[0].0.history.map(\.epoch) == Array(0...20))
    }

    @Test func anAlarmInStopOnFailsTheJobAndKeepsItsWeights() throws {
        let job = try fixture.job(
            document(network: #"{"initializer": "zeros"}"#, training: #"{"stop_on": ["initializer"]}"#))
        let ending = try fixture.ending(job)
        #expect(ending.status == .failed)
        #expect(ending.stopReason == .alarm)
        #expect(ending.failure?.code == "alarm")
        #expect(ending.failure?.detail.contains("initializer was raised in layer 1 before training") == true)
        #expect(ending.failure?.epoch == nil)
        #expect(ending.result?.hasWeights == true)
        #expect(ending.result?.train != nil)
        #expect(try fixture.network(job, ending) != nil)
        #expect(ending.alarms.map(\.alarm.kind) == [.initializer])
        #expect(ending.alarms.first?.suggestion.contains("auto") == true)
    }

    @Test(arguments: [(20, false), (2_000_000, true)])
    func alarmsOfJobsThatAreNotBriefAreToldAtOnce(epochs: Int, isTold: Bool) throws {
        let told = Guarded<[HealthAlarm.Kind]>([])
        let job = try fixture.job(
            document(
                network: #"{"initializer": "zeros"}"#,
                training: #"{"epochs": \#(epochs), "stop_on": ["initializer"]}"#))
        let runner = JobRunner(
            archive: JobArchive(
                store: fixture.store, tables: fixture.plans.tables, networks: fixture.networks,
                initialWeights: fixture.weights),
            raise: { alarm, _ in told.withLock { $0.append(alarm.alarm.kind) } })
        guard case .finished(let ending) = runner.run(job, TrainingMonitor(epochs: epochs)) else { return }
        #expect(ending.alarms.map(\.alarm.kind) == [.initializer])
        #expect(told.withLock { $0 } == (isTold ? [.initializer] : []))
    }

    /// Runs `job` while `folder` cannot be used, until the runner has complained, then does `meanwhile`.
    private func complete(
        _ job: Job, withoutFolder folder: String, meanwhile: @escaping @Sendable (TrainingMonitor) throws -> Void
    ) throws -> JobCompletion {
        let path = fixture.plans.directory.path + "/" + folder
        try FileManager.default.moveItem(atPath: path, toPath: path + "-away")
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let monitor = TrainingMonitor(epochs: job.epochs)
        let complaints = Guarded(0)
        let runner = JobRunner(
            archive: JobArchive(
                store: fixture.store, tables: fixture.plans.tables, networks: fixture.networks,
                initialWeights: fixture.weights),
            backoff: Backoff(initial: .milliseconds(1), longest: .milliseconds(1)),
            report: Report { _ in
                guard
                    complaints.withLock({
                        $0 += 1; return $0
                    }) == 2
                else { return }
                do { try meanwhile(monitor) } catch { Issue.record(error) }
            })
        return runner.run(job, monitor)
    }

    private static let wide = #"{"hidden_layers": [150, 150]}"#

    @Test func aNetworkThatCannotBeKeptIsKeptWhenItCan() throws {
        let job = try fixture.job(document(network: Self.wide, training: #"{"epochs": 2}"#))
        let expected = try #require(try fixture.network(job, fixture.ending(job))).encoded()
        try fixture.networks.remove(job.id)
        let path = fixture.plans.directory.path + "/networks"
        let completion = try complete(job, withoutFolder: "networks") { _ in
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: path + "-away", toPath: path)
        }
        guard case .finished(let ending) = completion else { throw RunnerFixture.Interrupted() }
        #expect(ending.status == .succeeded)
        #expect(try fixture.network(job, ending)?.encoded() == expected)
    }

    @Test func aStopDoesNotWaitForADiskThatRefuses() throws {
        let job = try fixture.job(document(network: Self.wide, training: #"{"epochs": 2}"#))
        let completion = try complete(job, withoutFolder: "networks") { $0.stop(.interrupt) }
        guard case .interrupted = completion else {
            Issue.record("finished")
            return
        }
    }

    @Test func dataThatCannotBeReadIsReadWhenItCan() throws {
        let job = try fixture.job(document(training: #"{"epochs": 2}"#))
        let path = fixture.plans.directory.path + "/tables"
        let completion = try complete(job, withoutFolder: "tables") { _ in
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: path + "-away", toPath: path)
        }
        guard case .finished(let ending) = completion else { throw RunnerFixture.Interrupted() }
        #expect(ending.status == .succeeded)
    }

    @Test func aJobThatIsCancelledWhileItsDataCannotBeReadIsCancelled() throws {
        let job = try fixture.job(document(training: #"{"epochs": 2}"#))
        let completion = try complete(job, withoutFolder: "tables") { $0.stop(.cancel) }
        guard case .finished(let ending) = completion else { throw RunnerFixture.Interrupted() }
        #expect(ending.status == .cancelled)
        #expect(ending.stopReason == .cancelled)
    }

    @Test(arguments: [(200, true), (2_000_000, false)])
    func shortTrainingIsKnownFromTheJob(epochs: Int, isBrief: Bool) throws {
        let job = try fixture.job(document(training: #"{"epochs": \#(epochs)}"#))
        #expect(JobRunner.isBrief(job) == isBrief)
    }

    @Test func augmentationTakesItsTimeWhateverTheNetwork() throws {
        func isBrief(_ augment: String) throws -> Bool {
            let data = String(xorData.dropLast()) + #", "augment": \#(augment)}"#
            return JobRunner.isBrief(try fixture.job(document(training: #"{"epochs": 200}"#, data: data)))
        }
        #expect(try isBrief("null"))
        #expect(try !isBrief(#"{"noise": {"std": 0.1}}"#))
    }

    /// They are measured in every epoch, so that a job of few training rows can take long.
    @Test(arguments: ["dev", "test"]) func rowsThatAreOnlyMeasuredCountToo(set: String) throws {
        let settings = #"{"data": {"rows": {"train": 2, "\#(set)": 60000}}}"#
        _ = try fixture.store.submit(
            JobSubmission(settings: Array(settings.utf8), tableHash: "t", parameterCount: 100, epochs: 200))
        #expect(JobRunner.isBrief(try #require(fixture.store.claim())) == false)
    }

    @Test(arguments: ["", "{", "{}", #"{"data": {"rows": {"train": "2"}}}"#, "[]"])
    func aJobWhoseRowsAreNotKnownIsNotBrief(settings: String) throws {
        _ = try fixture.store.submit(
            JobSubmission(settings: Array(settings.utf8), tableHash: "t", parameterCount: 1, epochs: 1))
        #expect(JobRunner.isBrief(try #require(fixture.store.claim())) == false)
    }

    @Test func aLargeNetworkIsInAFileAndASmallOneInTheEnding() throws {
        for (units, isSmall) in [(3, true), (150, false)] {
            let job = try fixture.job(
                document(network: #"{"hidden_layers": [\#(units), \#(units)]}"#, training: #"{"epochs": 1}"#))
            let ending = try fixture.ending(job)
            #expect((ending.network != nil) == isSmall)
            #expect(try (fixture.networks.network(of: job.id) == nil) == isSmall)
            #expect(try fixture.network(job, ending)?.shape.hiddenLayers.first?.units == units)
        }
    }

    @Test func aJobThatEndsTheServerEachTimeIsGivenUp() throws {
        var job = try fixture.job(document())
        for _ in 1..<JobRunner.attemptLimit {
            // The server is gone without a word, and another starts.
            _ = fixture.store.recover(workers: 1)
            job = try #require(fixture.store.claim())
        }
        #expect(try fixture.ending(job).status == .succeeded)
        _ = fixture.store.recover(workers: 1)
        let ending = try fixture.ending(try #require(fixture.store.claim()))
        #expect(ending.status == .failed)
        #expect(ending.failure?.code == "internal")
        #expect(ending.result == nil)
    }

    @Test func aJobGoesOnFromItsInitialWeights() throws {
        let layers = #"[{"weights": [[1e-2, -3]], "biases": [0.5]}]"#
        let job = try fixture.job(
            document(
                network: #"{"initial_weights": \#(layers)}"#,
                training: #"{"epochs": 1, "learning_rate": 1e-300, "optimizer": "sgd", "precision": "float64"}"#))
        let ending = try fixture.ending(job)
        #expect(ending.status == .succeeded)
        let network = try #require(try fixture.network(job, ending))
        #expect(network.layers == [LayerParameters(weights: [1e-2, -3], biases: [0.5])])
    }

    @Test func aJobThatDivergesSaysWhereAndWhatToTry() throws {
        let data = #"{"x": [[1e6], [-2e6], [3e6]], "y": [1.5, 2, 3], "normalize": "none", "task": "regression"}"#
        let job = try fixture.job(
            document(
                network: #"{"hidden_layers": []}"#,
                training: #"{"optimizer": "sgd", "learning_rate": 0.5, "epochs": 500, "batch_size": 1}"#, data: data))
        let ending = try fixture.ending(job)
        #expect(ending.status == .failed)
        #expect(ending.stopReason == .diverged)
        #expect(ending.result?.hasWeights == false)
        #expect(ending.result?.train == nil)
        #expect(!ending.history.isEmpty)
        let failure = try #require(ending.failure)
        #expect(failure.code == "diverged")
        #expect(failure.epoch.map { (1...500).contains($0) } == true)
        #expect(failure.step.map { (1...3).contains($0) } == true)
        #expect(failure.detail.contains("0.05 instead of 0.5"))
        #expect(failure.detail.contains(#""normalize": "standard""#))
        #expect(failure.detail.contains(#""clip_norm": 1"#))
        #expect(try fixture.network(job, ending) == nil)
    }

    @Test func onlyRemediesNotYetTakenAreNamed() throws {
        let data = #"{"x": [[1], [2], [3]], "y": [1e30, -2e30, 3e30], "task": "regression"}"#
        let job = try fixture.job(
            document(training: #"{"optimizer": "sgd", "clip_norm": 1e30, "learning_rate": 1e6}"#, data: data))
        let failure = try #require(try fixture.ending(job).failure)
        #expect(failure.code == "diverged")
        #expect(failure.detail.contains("100000.0 instead of 1000000.0"))
        #expect(!failure.detail.contains("normalize"))
        #expect(!failure.detail.contains("clip_norm"))
    }

    @Test func aCancelledJobKeepsTheWeightsReached() throws {
        let job = try fixture.job(document(training: #"{"epochs": 10000000}"#))
        let monitor = TrainingMonitor(epochs: job.epochs)
        let completion = Guarded<JobCompletion?>(nil)
        let runner = fixture.runner
        Thread {
            let result = runner.run(job, monitor)
            completion.withLock { $0 = result }
            completion.ring(.stop)
        }.start()
        let deadline = ContinuousClock.now + .seconds(30)
        while monitor.progress.epoch == 0, ContinuousClock.now < deadline { sched_yield() }
        monitor.stop(.cancel)
        guard case .finished(let ending)? = completion.wait(for: .stop, timeout: .seconds(30), until: { $0 }) else {
            Issue.record("the job did not stop")
            return
        }
        #expect(ending.status == .cancelled)
        #expect(ending.stopReason == .cancelled)
        #expect(ending.failure == nil)
        #expect(ending.result.map { $0.epochs > 0 && $0.epochs < 10_000_000 && $0.hasWeights } == true)
        #expect(try fixture.network(job, ending)?.shape.inputs == 2)
    }

    @Test func aJobCancelledBeforeItsFirstStepKeepsItsStart() throws {
        let job = try fixture.job(document())
        let ending = try fixture.ending(job, stop: .cancel)
        #expect(ending.status == .cancelled)
        #expect(ending.result?.epochs == 0)
        #expect(try fixture.network(job, ending) != nil)
    }

    @Test func anInterruptedJobLeavesNothing() throws {
        let job = try fixture.job(document())
        let monitor = TrainingMonitor(epochs: job.epochs)
        monitor.stop(.interrupt)
        guard case .interrupted = fixture.runner.run(job, monitor) else {
            Issue.record("the job ended")
            return
        }
        #expect(try fixture.networks.network(of: job.id) == nil)
    }

    @Test func aTimeLimitBeyondAllClocksIsNone() throws {
        let job = try fixture.job(document(training: #"{"time_limit_seconds": 1e300, "epochs": 2}"#))
        #expect(try fixture.ending(job).stopReason == .completed)
    }

    @Test func extremesThatAreLegalTrain() throws {
        let training = """
            {"epochs": 3, "batch_size": 9223372036854775807, "history_every": 9223372036854775807,
             "early_stopping": {"monitor": "train_loss", "patience": 9223372036854775807, "min_delta": 1e300},
             "learning_rate_decay": {"name": "step", "rate": 1e-6, "every": 9223372036854775807},
             "seed": 18446744073709551615, "l1_lambda": 1e-300, "clip_norm": 1e-300, "threads": 64}
            """
        let ending = try fixture.ending(fixture.job(document(training: training)))
        #expect(ending.status == .succeeded)
        #expect(ending.history.map(\.epoch) == [0, 3])
    }

    @Test(arguments: ["gone", "empty", "noise"])
    func aTableThatCannotBeReadFailsTheJobAndSaysNothingOfTheInside(damage: String) throws {
        let job = try fixture.job(document())
        let path = fixture.plans.directory.path + "/tables/\(job.tableHash).table"
        #expect(FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(atPath: path)
        if damage != "gone" {
            let noise = Data(repeating: 0xA5, count: damage == "empty" ? 0 : 4096)
            #expect(FileManager.default.createFile(atPath: path, contents: noise))
        }
        let ending = try fixture.ending(job)
        #expect(ending.status == .failed)
        #expect(ending.stopReason == nil)
        #expect(ending.result == nil)
        try expectDiscreetFailure(
            ending, hiding: [job.tableHash, fixture.plans.directory.path, "damaged", "errno", "table "])
    }

    @Test func lostInitialWeightsFailTheJobAndSayNothingOfTheInside() throws {
        let layers = #"[{"weights": [[1, -3]], "biases": [0.5]}]"#
        let job = try fixture.job(document(network: #"{"initial_weights": \#(layers)}"#))
        let hash = try #require(job.initialWeightsHash)
        try fixture.weights.remove(hash)
        try expectDiscreetFailure(try fixture.ending(job), hiding: [hash, fixture.plans.directory.path])
    }

    @Test func settingsThatCannotBeReadFailTheJob() throws {
        let table = try fixture.job(document()).tableHash
        _ = try fixture.store.submit(
            JobSubmission(settings: Array("{\"data\": ".utf8), tableHash: table, parameterCount: 1, epochs: 1))
        try expectDiscreetFailure(try fixture.ending(try #require(fixture.store.claim())), hiding: ["JSON", table])
    }

    private func expectDiscreetFailure(_ ending: JobEnding, hiding secrets: [String]) throws {
        #expect(ending.status == .failed)
        let failure = try #require(ending.failure)
        #expect(failure.code == "internal")
        for secret in secrets { #expect(!"\(failure)".contains(secret), "\(secret)") }
    }
}
