import Datasets
import Evaluation
import JSONDocument

extension ClassificationMetrics {
    /// Writes the members of a classification's set.
    func writeMembers(to json: inout JSONWriter, classes: [ClassLabel]) {
        let scores = confusion.scores
        json.member("accuracy", confusion.accuracy)
        json.name("confusion_matrix")
        if let matrix = confusion.matrix {
            json.array { json in
                for row in 0..<confusion.classes {
                    json.array { json in
                        for count in matrix[row * confusion.classes..<(row + 1) * confusion.classes] {
                            json.count(count)
                        }
                    }
                }
            }
        } else {
            json.null()
        }
        json.array("per_class") { json in
            for (index, label) in classes.enumerated() where index < scores.count {
                json.object { json in
                    json.name("class")
                    label.write(into: &json)
                    scores[index].writeMembers(to: &json)
                    json.name("support")
                    json.count(scores[index].support)
                    // Whether the second class scores higher or the first one lower is the same to the area.
                    json.member("roc_auc", rocAreas.count == 1 ? rocAreas[0] : rocAreas[index])
                }
            }
        }
        for (name, bySupport) in [("macro_average", false), ("weighted_average", true)] {
            json.object(name) { ClassScores.average(of: scores, bySupport: bySupport).writeMembers(to: &$0) }
        }
        json.member("roc_auc", rocArea)
        json.member("log_loss", logLoss)
        json.member("brier_score", brierScore)
        json.object("calibration") { json in
            json.member("expected_calibration_error", calibration.expectedError)
            calibration.writeBins(to: &json)
        }
    }
}

extension Calibration {
    /// Writes the member `bins`.
    func writeBins(to json: inout JSONWriter) {
        json.array("bins") { json in
            for (index, bin) in bins.enumerated() {
                json.object { json in
                    json.member("lower", bounds(of: index).lower)
                    json.member("upper", bounds(of: index).upper)
                    json.name("count")
                    json.count(bin.count)
                    json.member("mean_probability", bin.meanProbability)
                    json.member("share_of_positives", bin.shareOfPositives)
                }
            }
        }
    }
}

extension ClassScores {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("precision", precision)
        json.member("recall", recall)
        json.member("f1", f1)
    }
}

extension RegressionMetrics {
    /// Writes the members of a regression's set.
    func writeMembers(to json: inout JSONWriter) {
        json.member("rmse", rmse)
        json.member("mae", mae)
        json.member("r2", r2)
        json.name("residuals")
        if quantiles.isEmpty { return json.null() }
        json.array { json in
            for (share, value) in zip(RegressionMetrics.shares, quantiles) {
                json.object { json in
                    json.member("quantile", share)
                    json.member("value", value)
                }
            }
        }
    }
}

extension JSONWriter {
    /// Writes a sum of weights: a whole number where it is one.
    mutating func count(_ sum: Double) {
        if let whole = Int(exactly: sum) { value(whole) } else { value(sum) }
    }
}
