import HTTPDaemon
import Testing
import TrainingAPI

struct RouterTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture.make(limits: ServiceLimits(jobBytes: 4_000, datasetBytes: 9_000)) }

    private static let id = "job_000000000000000000000000"

    @Test(arguments: [
        "/", "/v1", "/v1/", "/v2/jobs", "/v1/job", "/v1/jobs/", "/v1/jobs//weights", "/v1/jobs//", "/V1/jobs",
        "/v1/jobs/\(id)/", "/v1/jobs/\(id)/nothing", "/v1/jobs/\(id)/weights/0", "/v1/datasets/", "//v1/jobs",
        "/v1/../v1/jobs", "/v1%2Fjobs", "/livez/", "/v1/jobs/\(id)/plots", "/v1/jobs/\(id)/plots/cost.",
        "/v1/jobs/\(id)/plots/cost.gif", "/v1/jobs/\(id)/plots/.svg", "/v1/jobs/\(id)/plots/cost.SVG",
        "/v1/jobs/\(id)/plots/cost.svg.png", "/v1/jobs/\(id)/plots/costs.svg", "/v1/jobs/\(id)/weights.svg",
    ])
    func whatNoRouteKnowsIsNotFound(path: String) throws {
        let answer = try fixture.call("GET", path)
        #expect(answer.status == 404)
        #expect(answer.code == "not_found")
        #expect(answer.headers["Content-Type"] == "application/problem+json")
    }

    @Test(arguments: [
        "/v1/jobs/x", "/v1/jobs/:id", "/v1/jobs/\(id)", "/v1/jobs/\(id)/history", "/v1/jobs/\(id)/events",
        "/v1/jobs/\(id)/weights", "/v1/jobs/..%2F\(id)", "/v1/jobs/ds_000000000000000000000000", "/v1/datasets/x",
        "/v1/datasets/\(id)",
    ])
    func whatNoIdStandsForIsNotFound(path: String) throws {
        let answer = try fixture.call("GET", path)
        #expect(answer.status == 404)
        #expect(answer.code == "not_found")
    }

    @Test(arguments: [
        ("PUT", "/v1/jobs", "POST, GET, HEAD"), ("PATCH", "/v1/jobs/\(id)", "GET, DELETE, HEAD"),
        ("GET", "/v1/jobs/\(id)/cancel", "POST"), ("HEAD", "/v1/jobs/\(id)/cancel", "POST"),
        ("POST", "/v1/jobs/\(id)/weights", "GET, HEAD"), ("DELETE", "/v1/datasets", "POST, GET, HEAD"),
        ("GET", "/v1/gradient-checks", "POST"), ("HEAD", "/v1/jobs/\(id)/predictions", "POST"),
        ("POST", "/v1/jobs/\(id)/plots/cost", "GET, HEAD"), ("POST", "/v1/jobs/\(id)/plots/cost.png", "GET, HEAD"),
        ("OPTIONS", "/livez", "GET, HEAD"), ("get", "/livez", "GET, HEAD"), ("TRACE", "/openapi.yaml", "GET, HEAD"),
    ])
    func anotherMethodIsToldWhatIsAllowed(method: String, path: String, allowed: String) throws {
        let answer = try fixture.call(method, path)
        #expect(answer.status == 405)
        #expect(answer.code == "method_not_allowed")
        #expect(answer.headers["Allow"] == allowed)
    }

    @Test(arguments: ["/v1/jobs", "/v1/datasets", "/livez", "/readyz", "/openapi.yaml"])
    func headIsAnsweredLikeGet(path: String) throws {
        #expect(try fixture.call("HEAD", path).status == 200)
        #expect(try fixture.call("HEAD", path).bytes == (try fixture.call("GET", path).bytes))
    }

    @Test(arguments: ["/v1/jobs", "/v1/gradient-checks", "/v1/datasets", "/v1/jobs/\(id)/predictions"])
    func aRequestThatNeedsABodyAsksForOne(path: String) throws {
        let answer = try fixture.call("POST", path)
        #expect(answer.status == 411)
        #expect(answer.code == "length_required")
    }

    @Test(
        arguments: [
            ("/v1/jobs", nil), ("/v1/jobs", ""), ("/v1/jobs", "text/plain"), ("/v1/jobs", "application/jsonp"),
            ("/v1/jobs", "application/json; charset=iso-8859-1"), ("/v1/jobs", "application/json; charset=utf-16"),
            ("/v1/gradient-checks", "text/csv"), ("/v1/datasets", "text/tab-separated-values"),
            ("/v1/datasets", "text/csv; charset=windows-1252"), ("/v1/datasets", "multipart/form-data"),
        ] as [(String, String?)])
    func anotherMediaTypeIsRefused(path: String, type: String?) throws {
        let answer = try fixture.call("POST", path, "x", contentType: type)
        #expect(answer.status == 415)
        #expect(answer.code == "unsupported_media_type")
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json ; charset=us-ascii ;", "application/json; profile=x",
    ])
    func aMediaTypeMayBeWrittenInManyWays(type: String) throws {
        #expect(try fixture.call("POST", "/v1/jobs", "{", contentType: type).code == "invalid_json")
    }

    @Test func theMediaTypesThatWouldDoAreNamed() throws {
        let answer = try fixture.call("POST", "/v1/datasets", "x", contentType: "text/plain")
        #expect(answer.headers["Accept-Post"] == "text/csv, application/json, application/x-npy")
    }

    @Test(arguments: [
        ("POST", "/v1/jobs", "application/json", 4_000, false),
        ("POST", "/v1/gradient-checks", "application/json", 4_000, false),
        ("POST", "/v1/jobs/\(id)/predictions", "application/json", 4_000, false),
        ("POST", "/v1/datasets", "text/csv", 9_000, true), ("POST", "/v1/jobs/\(id)/cancel", "", 1_024, false),
        ("GET", "/v1/jobs", "", 1_024, false), ("DELETE", "/v1/jobs/\(id)", "", 1_024, false),
    ])
    func eachRouteHasItsLimit(
        method: String, path: String, type: String, limit: Int, isSpooled: Bool
    ) throws {
        let head = try HTTPRequestHead(
            method: method, target: path,
            headers: ["Host": "localhost", "Content-Type": type, "Transfer-Encoding": "chunked"])
        guard case .accept(let bodyLimit, let storage, _, _) = fixture.routing.decide(head) else {
            Issue.record("refused")
            return
        }
        #expect(bodyLimit == limit)
        if case .spool(let directory, _) = storage {
            #expect(isSpooled && directory == fixture.directory.path)
        } else {
            #expect(!isSpooled)
        }
    }

    @Test func whatBlocksRunsInTheBackground() throws {
        func execution(_ path: String) throws -> HandlerExecution? {
            let head = try HTTPRequestHead(method: "GET", target: path)
            guard case .accept(_, _, let execution, _) = fixture.routing.decide(head) else { return nil }
            return execution
        }
        for path in ["/v1/jobs", "/v1/jobs/\(Self.id)", "/v1/datasets", "/readyz"] {
            #expect(try execution(path) == .background)
        }
        #expect(try execution("/livez") == .immediate)
    }

    @Test func aRequestThatTakesNoContentTakesAnEmptyObject() throws {
        #expect(try fixture.call("POST", "/v1/jobs/\(Self.id)/cancel", "{}").status == 404)
        #expect(try fixture.call("POST", "/v1/jobs/\(Self.id)/cancel", "{\"now\": true}").code == "invalid_content")
        #expect(try fixture.call("POST", "/v1/jobs/\(Self.id)/cancel", "now").code == "invalid_json")
    }

    @Test(arguments: [
        ("/v1/jobs?limit=0", "/query/limit"), ("/v1/jobs?limit=101", "/query/limit"),
        ("/v1/jobs?limit=x", "/query/limit"), ("/v1/jobs?limit=", "/query/limit"),
        ("/v1/jobs?status=done", "/query/status"), ("/v1/jobs?page=2", "/query/page"),
        ("/v1/jobs?limit=1&limit=2", "/query/limit"), ("/v1/jobs?after=job_x", "/query/after"),
        ("/v1/jobs?after=\(id)", "/query/after"), ("/v1/datasets?after=x", "/query/after"),
        ("/v1/datasets?status=queued", "/query/status"), ("/v1/jobs?a%2Fb=1", "/query/a~1b"),
    ])
    func aQueryThatIsNotUnderstoodIsNamed(target: String, pointer: String) throws {
        let answer = try fixture.call("GET", target)
        #expect(answer.status == 422)
        #expect(answer.pointers == [pointer])
    }
}
