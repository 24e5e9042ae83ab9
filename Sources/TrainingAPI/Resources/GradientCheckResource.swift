import JSONDocument
import Perceptron

extension GradientCheckReport {
    /// Writes the answer of a gradient check; `settings` continues with the resolved settings.
    func write(to json: inout JSONWriter, settings: (inout JSONWriter) -> Void) {
        json.object { json in
            json.member("object", "gradient_check")
            json.member("verdict", verdict.rawValue)
            json.member("relative_error", relativeError)
            json.member("epsilon", epsilon)
            json.member("parameters", total)
            json.member("checked", checked)
            json.member("kinks", kinks)
            json.member("excluded", excluded)
            json.member("examples", examples)
            json.member("cost", cost)
            json.array("layers") { json in
                for (layer, groups) in Dictionary(grouping: groups, by: \.layer).sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.member("layer", layer + 1)
                        for group in groups { group.write(to: &json) }
                    }
                }
            }
            json.array("worst") { json in worst.forEach { $0.write(to: &json) } }
            json.name("settings")
            settings(&json)
        }
    }
}

extension GradientCheckReport.Group {
    fileprivate func write(to json: inout JSONWriter) {
        json.object(kind.rawValue) { json in
            json.member("relative_error", relativeError)
            json.member("checked", compared)
            json.member("parameters", total)
        }
    }
}

extension GradientCheckReport.Entry {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("layer", location.layer + 1)
            json.member("kind", location.kind.rawValue)
            json.array("index") { json in
                json.value(location.row)
                if location.kind == .weights { json.value(location.column) }
            }
            json.member("analytic", analytic)
            json.member("numeric", numeric)
            json.member("relative_error", relativeError)
        }
    }
}
