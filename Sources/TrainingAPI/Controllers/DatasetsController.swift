import Access
import Datasets
import HTTPDaemon
import JSONDocument
import Jobs

/// Upload, list, describe and forget data sets.
struct DatasetsController: Sendable {
    static let mediaTypes = ["text/csv", "application/json", "application/x-npy"]

    let service: TrainingService

    func upload(_ request: RoutedRequest) throws -> HTTPResponse {
        let mediaType = MediaType(request.head.headers["Content-Type"] ?? "")
        var query = QueryReader(request.head)
        let name = query.string("name")
        let options = try csvOptions(&query, mediaType)
        try query.finish()
        let identity = try RequestIdentity(request)
        if let known = try service.repeatedDataset(identity) { return try created(known).replayed() }
        try service.disk?.check()
        let body = request.request.body
        let (dataset, isNew) = try service.custody.takingIn {
            let isMapped = if case .spooled = body { true } else { false }
            let (table, hash) = try body.withUnsafeBytes { bytes in
                let content = UploadedContent(bytes, isMapped: isMapped)
                return (try ingest(content, as: mediaType.name, options), content.sha256())
            }
            var schema = JSONWriter()
            table.schema.write(into: &schema)
            let dataset = DatasetRecord(
                name: name, owner: request.caller.owner, createdAt: service.clock(), tableHash: table.hash,
                sha256: hash, bytes: body.count,
                mediaType: mediaType.name, schema: schema.bytes)
            let stored = try service.store.addDataset(
                dataset, table: table.content.map { StoredContent(hash: table.hash, bytes: $0) }, identity: identity)
            return (stored, stored.id == dataset.id)
        }
        return try created(dataset).replayed(!isNew)
    }

    private func created(_ dataset: DatasetRecord) throws -> HTTPResponse {
        try answer(201, dataset, headers: [("Location", "/v1/datasets/\(dataset.id)")])
    }

    private func csvOptions(_ query: inout QueryReader, _ mediaType: MediaType) throws -> CSVOptions? {
        guard mediaType.name == "text/csv" else { return nil }
        var options = CSVOptions(header: query.boolean("header"), delimiter: query.choice("delimiter"))
        // RFC 4180, section 3.
        switch mediaType.parameters["header"] {
        case "present": options.header = options.header ?? true
        case "absent": options.header = options.header ?? false
        default: break
        }
        return options
    }

    private func ingest(
        _ content: UploadedContent, as mediaType: String, _ options: CSVOptions?
    ) throws -> TableReference {
        switch mediaType {
        case "text/csv": try service.tables.ingestCSV(content, options: options ?? CSVOptions())
        case "application/x-npy": try service.tables.ingestNPY(content)
        default: try service.tables.ingestJSON(content)
        }
    }

    func list(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let limit = query.integer("limit", in: 1...100) ?? 20
        let after = query.string("after")
        try query.finish()
        let cursor = try after.map { text in
            guard let id = DatasetID(text) else { throw Problem.unknownCursor }
            return id
        }
        let page = try service.store.listDatasets(owner: request.caller.listed, after: cursor, limit: limit)
        let resources = try page.items.map { try DatasetResource($0) }
        return .list(resources, hasMore: page.hasMore) { $0.write(to: &$1) }
    }

    func show(_ request: RoutedRequest) throws -> HTTPResponse {
        try answer(200, dataset(request))
    }

    func delete(_ request: RoutedRequest) throws -> HTTPResponse {
        guard let dataset = try service.store.deleteDataset(try dataset(request).id) else { throw Problem.noDataset }
        service.custody.released(table: dataset.tableHash)
        return HTTPResponse(status: 204)
    }

    private func dataset(_ request: RoutedRequest) throws -> DatasetRecord {
        guard let dataset = try service.dataset(DatasetID(request.parameters[0]), for: request.caller) else {
            throw Problem.noDataset
        }
        return dataset
    }

    private func answer(
        _ status: Int, _ dataset: DatasetRecord, headers: [(name: String, value: String)] = []
    ) throws -> HTTPResponse {
        let resource = try DatasetResource(dataset)
        return .json(status, headers: headers) { resource.write(to: &$0) }
    }
}
