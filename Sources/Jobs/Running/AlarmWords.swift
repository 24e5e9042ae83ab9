import Datasets
import Glibc
import Perceptron

extension JobAlarm {
    /// `alarm` in words, with values of the job that raised it.
    init(_ alarm: HealthAlarm, of plan: JobPlan) {
        let features = plan.data.encoding.features
        let feature = alarm.input.flatMap { features.indices.contains($0) ? features[$0] : nil }
        let label = alarm.classIndex.flatMap { plan.data.classes.indices.contains($0) ? plan.data.classes[$0] : nil }
        let words = AlarmWords(alarm: alarm, plan: plan, feature: feature ?? "", label: label)
        self.init(alarm, feature: feature, label: label, message: words.message, suggestion: words.suggestion)
    }
}

/// What an alarm says, and what it advises.
private struct AlarmWords {
    let alarm: HealthAlarm
    let plan: JobPlan
    let feature: String
    let label: ClassLabel?

    var message: String {
        switch alarm.kind {
        case .inputScale:
            "Feature \(feature) is \(value) times as large as the ordinary input, and nothing is normalised."
        case .targetLeak:
            "Feature \(feature) alone tells the target (\(value), at most \(limit) is believable)."
        case .duplicateRows: "About \(percent) of the \(sets) rows are rows of another set."
        case .shiftedClasses:
            "The share of class \(labelText) in \(set) differs from that in train by \(value); chance makes \(limit)."
        case .shiftedFeatures:
            "The mean of \(feature) in \(set) lies \(value) standard deviations from that in train; chance makes \(limit)."
        case .initializer:
            plan.network.initializer == .zeros
                ? "All weights start at 0, so that all units of a layer stay alike."
                : "With the initializer \(plan.network.initializer.rawValue) the signal or its gradient is expected to be "
                    + "\(value) times its size in layer \(layer)."
        case .vanishingGradients:
            "The gradient that reaches the first layer is \(value) times as long as that of the last."
        case .explodingGradients:
            alarm.layer == nil
                ? "The gradient is \(value) times as long as at the start."
                : "The gradient that reaches the first layer is \(value) times as long as that of the last."
        case .deadUnits: "\(percent) of the units of layer \(layer) are 0 for every probed example."
        case .saturatedUnits: "\(percent) of the units of layer \(layer) are saturated for nearly every probed example."
        case .updateRatio:
            alarm.layer == nil
                ? "No layer's weights change by more than \(value) of their size in a step."
                : "A step changes the weights of layer \(layer) by \(value) of their size."
        case .costRising:
            "The cost rose to \(value) under full-batch gradient descent, above \(limit), for some epochs."
        case .divergence: "The cost or a parameter stopped being a finite number in epoch \(alarm.epoch)."
        }
    }

    var suggestion: String {
        switch alarm.kind {
        case .inputScale: "Leave \"normalize\" at \"standard\", or bring the features to one scale."
        case .targetLeak:
            "Find out where \(feature) comes from; unless it is known before the target is, leave it out of \"features\"."
        case .duplicateRows: "Remove duplicate rows before splitting: on rows seen in training every model looks good."
        case .shiftedClasses: "Split at random with \"stratify\", or take dev and test from what the model will meet."
        case .shiftedFeatures:
            "Take dev and test from one source, that which the model will meet, and put some of it into train."
        case .initializer:
            "Use \"initializer\": \"auto\"" + (plan.network.batchNorm ? "." : ", or \"batch_norm\": true.")
        case .vanishingGradients:
            plan.network.hiddenLayers.contains { $0.activation == .sigmoid || $0.activation == .tanh }
                ? "Use \"activation\": \"relu\", \"batch_norm\": true or fewer layers."
                : "Use \"initializer\": \"auto\", \"batch_norm\": true or fewer layers."
        case .explodingGradients:
            "Use \"initializer\": \"auto\", a learning_rate of \(lowerRate), or \"clip_norm\": 1."
        case .deadUnits: "Use a learning_rate of \(lowerRate), \"activation\": \"leaky_relu\" or \"batch_norm\": true."
        case .saturatedUnits:
            "Use \"initializer\": \"auto\", a learning_rate of \(lowerRate), \"activation\": \"relu\" or \"batch_norm\": true."
        case .updateRatio: "Use a learning_rate of \(alarm.layer == nil ? higherRate : lowerRate)."
        case .costRising: "Use a learning_rate of \(lowerRate); if it still rises, run POST /v1/gradient-checks."
        case .divergence: "Use a learning_rate of \(lowerRate), \"clip_norm\": 1 or \"normalize\": \"standard\"."
        }
    }

    private var value: String { AlarmWords.short(alarm.value) }
    private var limit: String { alarm.threshold.map(AlarmWords.short) ?? "" }
    private var percent: String { "\(Int((alarm.value * 100).rounded())) %" }
    private var layer: String { alarm.layer.map(String.init) ?? "" }
    private var set: String { alarm.set?.rawValue ?? "" }
    private var sets: String { plan.data.testRows == 0 ? "dev" : plan.data.devRows == 0 ? "test" : "dev and test" }
    private var lowerRate: String { AlarmWords.short(plan.training.learningRate / 10) }
    private var higherRate: String { AlarmWords.short(plan.training.learningRate * 100) }

    private var labelText: String {
        switch label {
        case .number(let number): AlarmWords.short(number)
        case .text(let text): text
        case .boolean(let flag): "\(flag)"
        case nil: ""
        }
    }

    /// Three digits.
    private static func short(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return "\(number)" }
        let scale = pow(10, 2 - log10(abs(number)).rounded(.down))
        guard scale.isFinite, scale > 0 else { return "\(number)" }
        let rounded = (number * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
