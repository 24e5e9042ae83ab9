/// What the pictures of a sweep have in common: places along an axis, whatever they mean.
struct SweepPicture {
    let axis: Axis
    let score: String
    let trials: [(place: Double, score: Double)]
    let summaries: [(place: Double, mean: Double, error: Double)]
    /// Whether places between the values mean anything, so that a line may join the means.
    let isContinuous: Bool
    let best: Double?
    let oneStandardError: Double?
    let name: (Double) -> String

    func chart(title: String, subtitle: String) -> Chart {
        var marks: [Mark] = []
        let places = summaries.map(\.place)
        let lower = summaries.map { $0.mean - $0.error }
        let upper = summaries.map { $0.mean + $0.error }
        if summaries.contains(where: { $0.error.isFinite }) {
            if isContinuous {
                marks.append(.band(Band("± 1 standard error", x: places, lower: lower, upper: upper, ink: .series(0))))
            } else {
                for index in summaries.indices {
                    let name = index == 0 ? "± 1 standard error" : ""
                    let sides = [places[index] - 0.22, places[index] + 0.22]
                    marks.append(
                        .band(
                            Band(
                                name, x: sides, lower: [lower[index], lower[index]],
                                upper: [upper[index], upper[index]], ink: .series(0))))
                }
            }
        }
        marks.append(
            .points(
                Points(
                    "trial", x: trials.map(\.place), y: trials.map(\.score), ink: .muted,
                    diameter: summaries.isEmpty ? 7 : 5)))
        if !summaries.isEmpty { marks += means }
        marks += choices
        return Chart(
            title: title, subtitle: subtitle, panels: [Panel(x: axis, y: Axis(score), marks: marks)])
    }

    private var means: [Mark] {
        let means = summaries.map(\.mean)
        if isContinuous {
            return [.line(Line("mean", x: summaries.map(\.place), y: means, ink: .series(0), marker: .circle))]
        }
        return summaries.enumerated().map { index, summary in
            .line(
                Line(
                    index == 0 ? "mean" : "", x: [summary.place - 0.22, summary.place + 0.22],
                    y: [summary.mean, summary.mean], ink: .series(0), width: 2.5))
        }
    }

    /// The best value, and the simplest about as good; one mark where they are the same.
    private var choices: [Mark] {
        var marks: [Mark] = []
        if let best {
            let label = best == oneStandardError ? "best and one-standard-error choice: " : "best: "
            marks.append(.rule(Rule(x: best, label: label + name(best), ink: .series(1), dash: .dashed)))
            marks += ring(at: best, .series(1))
        }
        if let choice = oneStandardError, choice != best {
            marks.append(
                .rule(Rule(x: choice, label: "one standard error: " + name(choice), ink: .series(2), dash: .dotted)))
            marks += ring(at: choice, .series(2))
        }
        return marks
    }

    private func ring(at place: Double, _ ink: Ink) -> [Mark] {
        let score =
            summaries.first { $0.place == place }?.mean ?? trials.filter { $0.place == place }.map(\.score).first
        guard let score, summaries.contains(where: { $0.place == place }) || isContinuous else { return [] }
        return [.points(Points("", x: [place], y: [score], ink: ink, shape: .ring, diameter: 7))]
    }
}
