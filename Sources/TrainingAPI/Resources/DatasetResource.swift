import Datasets
import JSONDocument
import Jobs

/// An uploaded data set as clients see it.
struct DatasetResource: Sendable {
    let dataset: DatasetRecord
    let schema: TableSchema

    init(_ dataset: DatasetRecord) throws {
        self.dataset = dataset
        schema = try TableSchema(JSONDocument.parse(dataset.schema).root)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", dataset.id.description)
            json.member("object", "dataset")
            json.member("name", dataset.name)
            json.member("owner", dataset.owner)
            json.member("created_at", dataset.createdAt.description)
            json.member("media_type", dataset.mediaType)
            json.member("bytes", dataset.bytes)
            json.member("sha256", dataset.sha256)
            json.member("rows", schema.rows)
            json.array("columns") { json in
                for (index, column) in schema.columns.enumerated() {
                    json.object { json in
                        json.member("index", index)
                        json.member("name", column.name)
                        json.member("kind", column.kind.rawValue)
                        if column.kind == .text {
                            json.array("categories") { json in column.categories.forEach { json.value($0) } }
                        }
                        json.member("missing", column.missing)
                    }
                }
            }
        }
    }
}
