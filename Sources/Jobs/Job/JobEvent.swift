import JSONDocument

/// Something that happened to a job.
public struct JobEvent: Hashable, Sendable {
    /// What can happen.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        case queued, started, resumed, alarm, cancelling, requeued, succeeded, failed, cancelled
    }

    /// Counted from 1 within the job, without gaps.
    public let number: Int
    /// What happened.
    public let kind: Kind
    /// When.
    public let at: Timestamp
    /// Particulars: one JSON object, UTF-8.
    public let data: [UInt8]

    package init(number: Int, kind: Kind, at: Timestamp, data: [UInt8]) {
        self.number = number
        self.kind = kind
        self.at = at
        self.data = data
    }

    /// The event of an alarm.
    package init(_ raised: JobAlarm, number: Int, at: Timestamp) {
        let alarm = raised.alarm
        var json = JSONWriter()
        json.object { json in
            json.member("alarm", alarm.kind.rawValue)
            json.member("layer", alarm.layer)
            json.member("epoch", alarm.epoch)
            json.member("value", alarm.value)
            json.member("threshold", alarm.threshold)
            json.member("set", alarm.set?.rawValue)
            json.member("feature", raised.feature)
            json.name("class")
            if let label = raised.label { label.write(into: &json) } else { json.null() }
            json.member("message", raised.message)
            json.member("suggestion", raised.suggestion)
        }
        self.init(number: number, kind: .alarm, at: at, data: json.bytes)
    }

    /// The event `kind`, other than `alarm`, of `job`, which has just come to be as the event tells.
    package init(_ kind: Kind, of job: Job, number: Int, at: Timestamp) {
        var json = JSONWriter()
        json.object { json in
            switch kind {
            case .queued:
                if let origin = job.origin {
                    json.member("request_id", origin.requestID)
                    json.member("trace_parent", origin.traceParent)
                }
            case .requeued, .cancelling, .resumed, .alarm:
                break
            case .started:
                json.member("attempt", job.attempts)
            case .succeeded, .cancelled:
                json.member("stop_reason", job.stopReason?.rawValue)
                json.member("epochs", job.result?.epochs ?? 0)
            case .failed:
                json.member("stop_reason", job.stopReason?.rawValue)
                json.member("code", job.failure?.code)
                json.member("epoch", job.failure?.epoch)
                json.member("step", job.failure?.step)
            }
        }
        self.init(number: number, kind: kind, at: at, data: json.bytes)
    }
}
