import Datasets
import JSONDocument
import Perceptron

/// An alarm of a job's run in words for the client.
public struct JobAlarm: Hashable, Sendable {
    /// What was measured.
    public var alarm: HealthAlarm
    /// The feature it is about.
    public var feature: String?
    /// The class it is about.
    public var label: ClassLabel?
    /// What is wrong, one sentence.
    public var message: String
    /// What to try.
    public var suggestion: String

    /// All values.
    public init(
        _ alarm: HealthAlarm, feature: String? = nil, label: ClassLabel? = nil, message: String, suggestion: String
    ) {
        self.alarm = alarm
        self.feature = feature
        self.label = label
        self.message = message
        self.suggestion = suggestion
    }
}

extension Job {
    /// An alarm as the job itself tells of it; its event has the rest.
    public struct Alarm: Hashable, Sendable {
        /// What is wrong, and in which layer.
        public let identity: HealthAlarm.Identity
        /// 0 before training, else the epoch, counted from 1.
        public let epoch: Int

        /// The short form of `alarm`.
        public init(_ alarm: HealthAlarm) {
            identity = alarm.identity
            epoch = alarm.epoch
        }
    }
}

extension Job.Alarm {
    /// Writes `{"alarm", "layer", "epoch"}`.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("alarm", identity.kind.rawValue)
            json.member("layer", identity.layer)
            json.member("epoch", epoch)
        }
    }

    /// The bytes in which a store keeps a job's alarms: JSON.
    package static func encode(_ alarms: [Job.Alarm]) -> [UInt8] {
        var json = JSONWriter()
        json.array { json in alarms.forEach { $0.write(to: &json) } }
        return json.bytes
    }

    /// What `encode` wrote.
    package static func alarms(_ bytes: [UInt8]) throws(StoreError) -> [Job.Alarm] {
        do {
            return try JSONDocument.parse(bytes).root.elements.map { node in
                guard let word = node["alarm"]?.string, let kind = HealthAlarm.Kind(rawValue: word),
                    let epoch = node["epoch"]?.integer
                else { throw StoreError.corrupt("an alarm cannot be read") }
                return Job.Alarm(identity: .init(kind: kind, layer: node["layer"]?.integer), epoch: epoch)
            }
        } catch {
            throw .corrupt("a job's alarms cannot be read: \(error)")
        }
    }

    private init(identity: HealthAlarm.Identity, epoch: Int) {
        self.identity = identity
        self.epoch = epoch
    }
}
