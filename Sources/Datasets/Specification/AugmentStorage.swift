import JSONDocument
import Perceptron

extension AugmentSpecification {
    /// Writes the resolved `augment` object; a client may send it back.
    func write(into json: inout JSONWriter) {
        json.object { json in
            json.name("noise")
            if let noise { noise.write(into: &json) } else { json.null() }
            json.name("image")
            if let image { image.write(into: &json) } else { json.null() }
        }
    }
}

extension AugmentSpecification.Noise {
    fileprivate func write(into json: inout JSONWriter) {
        json.object { json in
            switch deviation {
            case .same(let number): json.member("std", number)
            case .each(let numbers): json.array("std") { json in numbers.forEach { json.value($0) } }
            }
            json.name("features")
            if let features {
                json.array { json in for feature in features { feature.write(into: &json) } }
            } else {
                json.null()
            }
        }
    }
}

extension ImageAugmentation {
    fileprivate func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("height", height)
            json.member("width", width)
            json.member("channels", channels)
            json.member("layout", layout.rawValue)
            json.object("flip") { json in
                json.member("horizontal", horizontalFlip)
                json.member("vertical", verticalFlip)
            }
            json.object("shift") { json in
                json.member("horizontal", horizontalShift)
                json.member("vertical", verticalShift)
            }
            json.member("rotate", rotation)
            json.array("scale") { json in
                json.value(scale.lowerBound)
                json.value(scale.upperBound)
            }
            json.name("elastic")
            if let elastic {
                json.object { json in
                    json.member("alpha", elastic.alpha)
                    json.member("sigma", elastic.sigma)
                }
            } else {
                json.null()
            }
            switch fill {
            case .nearest:
                json.member("fill", Fill.Name.nearest.rawValue)
                json.member("fill_value", Double?.none)
            case .constant(let value):
                json.member("fill", Fill.Name.constant.rawValue)
                json.member("fill_value", value)
            }
        }
    }
}
