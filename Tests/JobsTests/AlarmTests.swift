import Datasets
import Foundation
import JSONDocument
import Jobs
import Perceptron
import Testing

extension JobAlarm {
    fileprivate static func make(_ kind: HealthAlarm.Kind, layer: Int? = nil, epoch: Int = 2) -> JobAlarm {
        JobAlarm(
            HealthAlarm(kind, layer: layer, epoch: epoch, value: 0.75, threshold: 0.5), feature: "age",
            label: .text("yes"), message: "It is so.", suggestion: "Do this.")
    }
}

/// What every store promises about alarms.
@Suite struct AlarmConformanceTests {
    @Test(arguments: StoreKind.allCases)
    func alarmsAreEventsAndTheJobListsThem(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        #expect(
            try store.raise(
                job.id, leaseEpoch: job.leaseEpoch, [.make(.targetLeak, epoch: 0), .make(.deadUnits, layer: 2)]))
        let found = try #require(try store.job(job.id))
        #expect(found.status == .running)
        #expect(found.alarms.map(\.identity.kind) == [.targetLeak, .deadUnits])
        #expect(found.alarms.map(\.identity.layer) == [nil, 2])
        #expect(found.alarms.map(\.epoch) == [0, 2])
        #expect(found.lastEvent == 4)
        let events = try #require(try store.events(job.id, after: 2))
        #expect(events.map(\.kind) == [.alarm, .alarm])
        #expect(events.map(\.number) == [3, 4])
        #expect(
            String(decoding: events[1].data, as: UTF8.self)
                == #"{"alarm":"dead_units","layer":2,"epoch":2,"value":0.75,"threshold":0.5,"set":null,"feature":"age","#
                + #""class":"yes","message":"It is so.","suggestion":"Do this."}"#)
        #expect(try store.list(status: .running, after: nil, limit: 1).items.first?.alarms == found.alarms)
        #expect(try store.counts()[.running] == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func anAlarmIsTakenOnceALayerAlsoFromTheEnding(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        let first = JobAlarm.make(.deadUnits, layer: 1)
        #expect(try store.raise(job.id, leaseEpoch: job.leaseEpoch, [first, first]))
        #expect(try store.raise(job.id, leaseEpoch: job.leaseEpoch, [.make(.deadUnits, layer: 1, epoch: 9)]))
        let ending = JobEnding(
            .succeeded, stopReason: .completed,
            alarms: [first, .make(.deadUnits, layer: 2), .make(.costRising)])
        #expect(try store.finish(job.id, leaseEpoch: job.leaseEpoch, ending))
        let found = try #require(try store.job(job.id))
        #expect(found.alarms == [first, .make(.deadUnits, layer: 2), .make(.costRising)].map { Job.Alarm($0.alarm) })
        let kinds = try #require(try store.events(job.id, after: 0)).map(\.kind)
        #expect(kinds == [.queued, .started, .alarm, .alarm, .alarm, .succeeded])
    }

    @Test(arguments: StoreKind.allCases)
    func anAttemptThatLostItsLeaseRaisesNothing(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let first = try store.running()
        #expect(try store.raise(first.id, leaseEpoch: first.leaseEpoch, [.make(.deadUnits, layer: 1)]))
        _ = try store.recover()
        let second = try #require(try store.claim())
        #expect(second.alarms.map(\.identity.kind) == [.deadUnits])
        #expect(try !store.raise(first.id, leaseEpoch: first.leaseEpoch, [.make(.costRising)]))
        #expect(try !store.raise(.random(), leaseEpoch: 1, [.make(.costRising)]))
        // The second attempt sees the first one's again, and another one.
        let raised: [JobAlarm] = [.make(.deadUnits, layer: 1), .make(.deadUnits, layer: 2)]
        #expect(try store.raise(second.id, leaseEpoch: second.leaseEpoch, raised))
        #expect(try store.job(first.id)?.alarms.map(\.identity.layer) == [1, 2])
        let kinds = try #require(try store.events(first.id, after: 0)).map(\.kind)
        #expect(kinds == [.queued, .started, .alarm, .requeued, .started, .alarm])
        #expect(try store.finish(second.id, leaseEpoch: second.leaseEpoch, .success))
        #expect(try !store.raise(second.id, leaseEpoch: second.leaseEpoch, [.make(.costRising)]))
    }
}

@Suite struct AlarmCourierTests {
    @Test func alarmsReachTheStoreWhileTheJobRuns() throws {
        let store = try TestStore(.sqlite).store
        let jobs = [try store.running(), try store.running()]
        let courier = AlarmCourier(to: store) { Issue.record($0) }
        for layer in 1...20 { courier.send(.make(.deadUnits, layer: layer), of: jobs[layer % 2]) }
        // Its thread ends when all is delivered; until then the store has ever more.
        while try jobs.map({ try store.job($0.id)?.alarms.count }) != [10, 10] { Thread.sleep(forTimeInterval: 0) }
        #expect(
            try store.job(jobs[0].id)?.alarms.compactMap(\.identity.layer) == Array(stride(from: 2, through: 20, by: 2))
        )
    }

    @Test func whatCannotBeStoredIsReportedAndTheNextIsTried() throws {
        let store = InterceptedStore(try TestStore(.memory).store, failing: [.raise: 1])
        let job = try store.store.running()
        let reported = Guarded<[StoreError]>([])
        let courier = AlarmCourier(to: store) { error in reported.withLock { $0.append(error) } }
        courier.send(.make(.deadUnits, layer: 1), of: job)
        while reported.withLock({ $0.isEmpty }) { Thread.sleep(forTimeInterval: 0) }
        courier.send(.make(.deadUnits, layer: 2), of: job)
        while try store.job(job.id)?.alarms.isEmpty == true { Thread.sleep(forTimeInterval: 0) }
        #expect(try store.job(job.id)?.alarms.map(\.identity.layer) == [2])
        #expect(reported.withLock { $0.count } == 1)
    }
}

@Suite struct AlarmSettingsTests {
    private let fixture: PlanFixture

    init() throws { fixture = try PlanFixture() }

    @Test func aJobIsWatchedUnlessToldOtherwise() throws {
        let usual = try fixture.plan(document()).training
        #expect(usual.monitor == .on && usual.stopOn.isEmpty)
        let told = try fixture.plan(
            document(training: #"{"stop_on": ["dead_units", "target_leak"], "monitor": "on"}"#)
        ).training
        #expect(told.stopOn == [.deadUnits, .targetLeak])
        #expect(try fixture.plan(document(training: #"{"monitor": "off"}"#)).training.monitor == .off)
    }

    @Test(arguments: [
        (#"{"stop_on": ["dead_units", "fever"]}"#, "/training/stop_on/1"),
        (#"{"stop_on": ["dead_units", "dead_units"]}"#, "/training/stop_on/1"),
        (#"{"stop_on": [1]}"#, "/training/stop_on/0"), (#"{"stop_on": "dead_units"}"#, "/training/stop_on"),
        (#"{"stop_on": {}}"#, "/training/stop_on"), (#"{"monitor": true}"#, "/training/monitor"),
        (#"{"monitor": "maybe"}"#, "/training/monitor"),
        (#"{"monitor": "off", "stop_on": ["divergence"]}"#, "/training/stop_on"),
    ])
    func whatIsNoAlarmIsRefused(training: String, pointer: String) throws {
        #expect(try fixture.pointers(document(training: training)) == [pointer])
    }

    @Test func aJobStoredBeforeThereWereAlarmsCanStillRun() throws {
        let plan = try fixture.plan(document())
        let text = String(decoding: plan.settings(initialWeightsHash: nil), as: UTF8.self)
        let old = text.replacingOccurrences(of: #","monitor":"on","stop_on":[]"#, with: "")
        #expect(old != text)
        let again = try JobPlan(
            stored: Array(old.utf8), initialLayers: nil,
            table: fixture.tables.open(try #require(plan.data.specification.table)), limits: fixture.tables.limits)
        #expect("\(again.training)" == "\(plan.training)")
    }
}

@Suite struct LayerCodingTests {
    private let rows = [
        HistoryRow(
            epoch: 3, stepCost: 2, train: SetMetrics(loss: 3, cost: 4, accuracy: 5), dev: nil, learningRate: 10,
            gradientNorm: 11,
            layers: [
                LayerStatistics(
                    gradientNorm: 1, deltaNorm: 2, weightNorm: 3, updateRatio: 4, activationMean: 5,
                    activationDeviation: 6, deadShare: 0.7, saturatedShare: nil),
                LayerStatistics(gradientNorm: .infinity, deltaNorm: 0, weightNorm: -0.0),
            ]),
        HistoryRow(
            epoch: 4, stepCost: nil, train: SetMetrics(loss: 3, cost: 4, accuracy: 5), dev: nil, learningRate: 10,
            gradientNorm: nil),
    ]

    @Test func layersReadBackAndACutIsNoticed() throws {
        let bytes = MetricsCoding.encode(rows)
        #expect(try MetricsCoding.historyRows(bytes) == rows)
        let first = MetricsCoding.encode(rows.prefix(1)).count
        for count in 0..<bytes.count where count != 1 && count != first {
            #expect(throws: StoreError.self) { try MetricsCoding.historyRows(Array(bytes.prefix(count))) }
        }
    }

    @Test func historiesOfTheVersionBeforeAreStillRead() throws {
        var bytes = MetricsCoding.encode(rows.suffix(1))
        #expect(bytes[0] == 2)
        bytes[0] = 1
        #expect(try MetricsCoding.historyRows(bytes) == [rows[1]])
    }
}
