import JSONDocument
import Perceptron

/// The `network` and `training` of a sweep's job as the client gave them, into which the values of a trial are put: what
/// depends on a value, such as the number of activations, is settled anew for each trial.
struct TrialTemplate: Sendable {
    /// The members of each part as JSON texts, without those that a sweep does not take.
    let network: [(name: String, json: [UInt8])]
    let training: [(name: String, json: [UInt8])]

    /// The parts of a job's document; `seed` is its seed, given or drawn, `timeLimit` its seconds where the service sets
    /// them to a job that names none.
    init(network: JSONNode?, training: JSONNode?, seed: UInt64, timeLimit: Double? = nil) {
        self.network = TrialTemplate.members(of: network)
        var seedText = JSONWriter()
        seedText.value(seed)
        var given = TrialTemplate.members(of: training).filter { $0.name != "seed" }
        given.append(("seed", seedText.bytes))
        if let timeLimit {
            var text = JSONWriter()
            text.value(timeLimit)
            given.removeAll { $0.name == "time_limit_seconds" }
            given.append(("time_limit_seconds", text.bytes))
        }
        self.training = given
    }

    private static func members(of node: JSONNode?) -> [(name: String, json: [UInt8])] {
        guard let node else { return [] }
        return node.members.compactMap { name, value in
            if value.isNull { return nil }
            var json = JSONWriter()
            json.value(value)
            return (name, json.bytes)
        }
    }

    /// What a trial departs from the template in.
    struct Changes {
        /// Values of parameters.
        var values: [(parameter: SweepParameter, value: SweepValue)] = []
        /// Epochs, if not the template's or the trial's own.
        var epochs: Int?
        /// Whether to train to the last epoch whatever the template says.
        var withoutEarlyStopping = false
    }

    /// The settings of a trial. Throws faults at `/network/…` and `/training/…`.
    func settings(
        _ changes: Changes, limits: JobLimits = .most
    ) throws -> (network: NetworkSettings, training: TrainingSettings) {
        var json = JSONWriter()
        json.object { json in
            json.object("network") { write(network, of: true, changes, to: &$0) }
            json.object("training") { write(training, of: false, changes, to: &$0) }
        }
        let root = try JSONDocument.parse(json.bytes).root
        let faults = FaultCollector()
        let networkSettings = NetworkSettings(reading: root["network"], at: "/network", faults: faults, limits: limits)
        let trainingSettings = TrainingSettings(
            reading: root["training"], at: "/training", faults: faults, limits: limits, drawSeed: { 0 })
        try faults.throwIfAny()
        return (networkSettings, trainingSettings)
    }

    private func write(
        _ members: [(name: String, json: [UInt8])], of isNetwork: Bool, _ changes: Changes, to json: inout JSONWriter
    ) {
        var written = members
        func put(_ name: String, _ text: [UInt8]?) {
            written.removeAll { $0.name == name }
            if let text { written.append((name, text)) }
        }
        for (parameter, value) in changes.values where parameter.isOfNetwork == isNetwork {
            put(parameter.rawValue, value.json)
        }
        if !isNetwork {
            if let epochs = changes.epochs { put("epochs", Array("\(epochs)".utf8)) }
            if changes.withoutEarlyStopping { put("early_stopping", nil) }
        }
        for (name, text) in written {
            json.name(name)
            json.raw(text)
        }
    }

    /// Writes the parts as members of an object that the caller has open.
    func writeMembers(to json: inout JSONWriter) {
        for (part, members) in [("network", network), ("training", training)] {
            json.object(part) { json in
                for (name, text) in members {
                    json.name(name)
                    json.raw(text)
                }
            }
        }
    }
}
