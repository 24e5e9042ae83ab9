/// How training went: cost and losses over epochs, and a metric below them.
public struct LearningCurve: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the reader must know besides.
    public var subtitle: String
    /// The cost the optimizer saw, dropout on and penalties included, over epochs (parts of epochs for single steps).
    public var cost: Curve
    /// The loss of the training set over epochs, dropout off.
    public var trainLoss: Curve
    /// The loss of the dev set over epochs.
    public var devLoss: Curve
    /// What the second panel shows, such as "accuracy"; empty for no second panel.
    public var metric: String
    /// The metric of the training set over epochs.
    public var trainMetric: Curve
    /// The metric of the dev set over epochs.
    public var devMetric: Curve
    /// The epoch whose parameters were kept, if one was chosen.
    public var bestEpoch: Double?
    /// Whether cost and loss are on a logarithmic axis.
    public var isLogarithmic: Bool

    /// A learning curve; what is empty is not drawn.
    public init(
        title: String, subtitle: String = "", cost: Curve = .empty, trainLoss: Curve = .empty, devLoss: Curve = .empty,
        metric: String = "", trainMetric: Curve = .empty, devMetric: Curve = .empty, bestEpoch: Double? = nil,
        isLogarithmic: Bool = false
    ) {
        self.title = title
        self.subtitle = subtitle
        self.cost = cost
        self.trainLoss = trainLoss
        self.devLoss = devLoss
        self.metric = metric
        self.trainMetric = trainMetric
        self.devMetric = devMetric
        self.bestEpoch = bestEpoch
        self.isLogarithmic = isLogarithmic
    }

    /// The picture.
    public var chart: Chart {
        let hasMetric = !metric.isEmpty && !(trainMetric.isEmpty && devMetric.isEmpty)
        let domain = ClosedRange(
            spanning: [cost, trainLoss, devLoss].flatMap(\.x) + (hasMetric ? trainMetric.x + devMetric.x : []))
        let counted = trainLoss.x + devLoss.x
        let isWhole = counted.isEmpty ? (domain?.upperBound ?? 0) >= 4 : counted.allSatisfy { $0 == $0.rounded() }
        let epochs = Axis("epoch", domain: domain, wholeNumbers: isWhole)
        var marks: [Mark] = []
        if !cost.isEmpty {
            marks.append(.line(Line("cost while training", x: cost.x, y: cost.y, ink: .faint, width: 1.2)))
        }
        marks += sets(trainLoss, devLoss, named: "loss")
        marks += best(in: devLoss.isEmpty ? trainLoss : devLoss, labelled: true)
        let losses = Panel(
            x: hasMetric ? Axis("", domain: domain, wholeNumbers: isWhole) : epochs,
            y: Axis(cost.isEmpty ? "loss" : "cost, loss", isLogarithmic ? .logarithmic : .linear), marks: marks,
            height: 1.5)
        guard hasMetric else { return Chart(title: title, subtitle: subtitle, panels: [losses]) }
        let metrics = Panel(
            x: epochs, y: Axis(metric),
            marks: sets(trainMetric, devMetric, named: "")
                + best(in: devMetric.isEmpty ? trainMetric : devMetric, labelled: false))
        return Chart(title: title, subtitle: subtitle, panels: [losses, metrics])
    }

    private func sets(_ train: Curve, _ dev: Curve, named name: String) -> [Mark] {
        var marks: [Mark] = []
        if !train.isEmpty {
            marks.append(.line(Line(name.isEmpty ? "" : "train " + name, x: train.x, y: train.y, ink: .series(0))))
        }
        if !dev.isEmpty {
            marks.append(
                .line(Line(name.isEmpty ? "" : "dev " + name, x: dev.x, y: dev.y, ink: .series(1), dash: .dashed)))
        }
        return marks
    }

    private func best(in curve: Curve, labelled: Bool) -> [Mark] {
        guard let bestEpoch else { return [] }
        let label = labelled ? "best epoch " + NumberLabel.plain(bestEpoch) : ""
        var marks: [Mark] = [.rule(Rule(x: bestEpoch, label: label, dash: .dotted))]
        if let value = curve.value(at: bestEpoch) {
            marks.append(.points(Points("", x: [bestEpoch], y: [value], ink: .text, shape: .ring, diameter: 6)))
        }
        return marks
    }
}
