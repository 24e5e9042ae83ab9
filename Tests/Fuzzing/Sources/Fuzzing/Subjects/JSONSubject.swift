import Datasets
import JSONDocument
import Jobs

/// A JSON text: as a document, as a job and as a data set.
enum JSONSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        if let document = try? JSONDocument(parsing: bytes) {
            walk(document.root)
            _ = JobRequest(document.root).faults
        }
        Tables.compare(bytes, { try Tables.store.ingestJSON($0) }, { try Tables.store.ingestJSON($0) })
    }

    private static func walk(_ node: JSONNode) {
        switch node.kind {
        case .array: for element in node.elements { walk(element) }
        case .object:
            for (name, value) in node.members {
                if node[name] == nil { violation("a member that is not found by its name") }
                walk(value)
            }
        case .string: if node.string == nil { violation("a string without a value") }
        default: _ = (node.number, node.integer, node.unsigned, node.boolean)
        }
    }

    static let seeds: [[UInt8]] = [
        #"{"x": [[1, 2.5e-3], [-0.0, 1e308]], "y": [0, 1]}"#,
        #"[[1, "a", null], [true, "b\u00e9\ud83d\ude00", 3]]"#,
        #"[{"a": 1, "species": "setosa"}, {"species": "virginica"}]"#,
        """
        {"name": "n", "data": {"x": [[0, 1], [1, 0]], "y": [0, 1], "split": {"train": 1}, "class_weight": "balanced"},
         "network": {"hidden_layers": [4, 3], "activation": ["relu", "tanh"], "keep_prob": [0.5, 1], "batch_norm": true},
         "training": {"epochs": 3, "batch_size": "full", "optimizer": {"name": "adam", "beta1": 0.9}, "seed": 1,
         "early_stopping": {"monitor": "dev_loss", "patience": 2}, "stop_on": ["dead_units"]}}
        """,
        #"{"data": {"csv": "a,b\n1,2\n", "target": "b"}, "training": {"learning_rate": 1e-400}}"#,
    ].map { Array($0.utf8) }
}
