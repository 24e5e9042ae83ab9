import JSONDocument
import Perceptron

extension AugmentSpecification {
    /// Reads `augment`, the same in a request and in storage: null or an object.
    init?(reading data: inout ObjectReader) {
        guard let node = data.value("augment") else { return nil }
        var fields = ObjectReader(node, at: data.pointer(to: "augment"), faults: data.faults)
        noise = Noise(reading: &fields)
        image = ImageAugmentation(reading: &fields)
        fields.finish()
    }
}

extension AugmentSpecification.Noise {
    private static let range = 0.0...1e6

    /// Reads `noise`: null or an object.
    fileprivate init?(reading augment: inout ObjectReader) {
        guard let node = augment.value("noise") else { return nil }
        var fields = ObjectReader(node, at: augment.pointer(to: "noise"), faults: augment.faults)
        let named = fields.value("features")
        features = named.flatMap {
            DataOptionsReader.columnReferences($0, at: fields.pointer(to: "features"), fields.faults)
        }
        deviation = .same(0)
        if let node = fields.required("std") {
            if node.kind == .array {
                deviation = .each(Self.numbers(node, for: named, in: fields))
            } else if let number = fields.number("std", "a number from 0 to 1e6", where: Self.range.contains) {
                deviation = .same(number)
            }
        }
        fields.finish()
    }

    /// A list of deviations for the features `named`.
    private static func numbers(_ node: JSONNode, for named: JSONNode?, in fields: ObjectReader) -> [Double] {
        var numbers: [Double] = []
        for (place, element) in node.elements.enumerated() {
            guard let number = element.number, range.contains(number) else {
                fields.faults.add(
                    "\(fields.pointer(to: "std"))/\(place)",
                    "must be a number from 0 to 1e6, not \(describe(element))")
                continue
            }
            numbers.append(number)
        }
        if let named {
            if named.kind == .array, node.count != named.count {
                fields.fault("std", "has \(node.count) numbers for \(named.count) features")
            }
        } else {
            fields.fault("std", "is a list, and no features are named for its numbers")
        }
        return numbers
    }
}

extension ImageAugmentation {
    /// Reads `image`: null or an object.
    fileprivate init?(reading augment: inout ObjectReader) {
        guard let node = augment.value("image") else { return nil }
        var fields = ObjectReader(node, at: augment.pointer(to: "image"), faults: augment.faults)
        for name in ["height", "width"] { _ = fields.required(name) }
        self.init(
            height: fields.integer("height", in: AugmentLimits.side) ?? 1,
            width: fields.integer("width", in: AugmentLimits.side) ?? 1,
            channels: fields.integer("channels", in: AugmentLimits.channels) ?? 1,
            layout: fields.choice("layout") ?? .channelsLast)
        if let node = fields.value("flip") {
            var flip = ObjectReader(node, at: fields.pointer(to: "flip"), faults: fields.faults)
            func probability(_ name: String) -> Double {
                flip.number(name, "a number from 0 to 1") { $0 >= 0 && $0 <= 1 } ?? 0
            }
            horizontalFlip = probability("horizontal")
            verticalFlip = probability("vertical")
            flip.finish()
        }
        if let node = fields.value("shift") {
            var shift = ObjectReader(node, at: fields.pointer(to: "shift"), faults: fields.faults)
            horizontalShift = shift.integer("horizontal", in: AugmentLimits.shift) ?? 0
            verticalShift = shift.integer("vertical", in: AugmentLimits.shift) ?? 0
            shift.finish()
        }
        rotation = fields.number("rotate", "a number from 0 to 180") { $0 >= 0 && $0 <= 180 } ?? rotation
        scale = Self.scale(&fields) ?? scale
        elastic = Elastic(reading: &fields)
        fill = Fill(reading: &fields)
        fields.finish()
    }

    private static func scale(_ fields: inout ObjectReader) -> ClosedRange<Double>? {
        guard let node = fields.value("scale") else { return nil }
        let ends = node.kind == .array ? node.elements.compactMap(\.number) : []
        guard ends.count == 2, node.count == 2, 0.1 <= ends[0], ends[0] <= ends[1], ends[1] <= 10 else {
            fields.fault(
                "scale", "must be the smallest and the largest factor, two numbers from 0.1 to 10 in this order")
            return nil
        }
        return ends[0]...ends[1]
    }
}

extension ImageAugmentation.Elastic {
    /// Reads `elastic`: null or an object.
    fileprivate init?(reading image: inout ObjectReader) {
        guard let node = image.value("elastic") else { return nil }
        var fields = ObjectReader(node, at: image.pointer(to: "elastic"), faults: image.faults)
        for name in ["alpha", "sigma"] { _ = fields.required(name) }
        self.init(
            alpha: fields.number("alpha", "a number from 0 to 10000") { $0 >= 0 && $0 <= 10_000 } ?? 0,
            sigma: fields.number("sigma", "a number from 0.1 to 1000") { $0 >= 0.1 && $0 <= 1_000 } ?? 1)
        fields.finish()
    }
}

extension ImageAugmentation.Fill {
    /// Reads `fill` and `fill_value`.
    fileprivate init(reading image: inout ObjectReader) {
        let name: Name = image.choice("fill") ?? .nearest
        let value = image.number("fill_value", "a number", where: \.isFinite)
        switch name {
        case .constant: self = .constant(value ?? 0)
        case .nearest:
            self = .nearest
            if value != nil { image.fault("fill_value", "goes with \"fill\": \"constant\" only") }
        }
    }
}
