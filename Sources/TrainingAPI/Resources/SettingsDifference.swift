import JSONDocument

/// A member of the settings that is not the same for all jobs.
struct SettingsDifference {
    /// JSON pointer within the settings.
    let pointer: String
    /// The value of each job; nil where it has none.
    let values: [JSONNode?]

    /// All differences between documents, in the order of the first one's members. Objects are taken apart where all are objects;
    /// lists are compared as a whole.
    static func all(between documents: [JSONNode]) -> [SettingsDifference] {
        differences(documents, at: "")
    }

    private static func differences(_ values: [JSONNode?], at pointer: String) -> [SettingsDifference] {
        let objects = values.map { $0?.kind == .object ? $0 : nil }
        if objects.allSatisfy({ $0 != nil }) {
            var names: [String] = []
            var seen: Set<String> = []
            for object in objects.compactMap(\.self) {
                for (name, _) in object.members where seen.insert(name).inserted { names.append(name) }
            }
            return names.flatMap { name in
                differences(objects.map { $0?[name] }, at: "\(pointer)/\(pointerToken(name))")
            }
        }
        let texts = Set(values.map { text($0) })
        return texts.count > 1 ? [SettingsDifference(pointer: pointer, values: values)] : []
    }

    /// What a value is written as; equal texts are equal values. An absent member is like null.
    private static func text(_ node: JSONNode?) -> [UInt8] {
        var json = JSONWriter()
        if let node { json.value(node) } else { json.null() }
        return json.bytes
    }
}
