import Access
import Foundation
import Testing
import TrainingAPI

struct AuthenticationTests {
    private let fixture: ServiceFixture
    private let key = APIKey.random()
    private let onlySees = APIKey.random()
    private let gatekeeper: Gatekeeper

    init() throws {
        func record(_ key: APIKey, _ scopes: Scopes) -> KeyRecord {
            KeyRecord(id: key.id, name: "a", owner: "ada", scopes: scopes, hash: key.hash, createdAt: .now)
        }
        gatekeeper = Gatekeeper(KeyRing([record(key, .usual), record(onlySees, .read)]))
        fixture = try ServiceFixture.make(gatekeeper: gatekeeper)
    }

    private func call(_ method: String, _ path: String, _ body: String? = nil, key: APIKey?) throws -> Answer {
        try fixture.call(method, path, body, headers: key.map { [("Authorization", "Bearer \($0.text)")] } ?? [])
    }

    @Test(arguments: [("GET", "/v1/jobs"), ("HEAD", "/v1/jobs"), ("POST", "/v1/jobs"), ("DELETE", "/v1/datasets/x")])
    func whoShowsNoKeyIsAskedForOne(method: String, path: String) throws {
        let answer = try call(method, path, key: nil)
        #expect(answer.status == 401 && answer.code == "unauthenticated")
        #expect(answer.headers["WWW-Authenticate"] == "Bearer realm=\"espalier\"")
        let wrong = try call(method, path, key: .random())
        #expect(wrong.status == 401 && wrong.code == "unauthenticated")
        #expect(wrong.headers["WWW-Authenticate"] == "Bearer realm=\"espalier\", error=\"invalid_token\"")
    }

    @Test(arguments: ["/livez", "/readyz", "/openapi.yaml"])
    func whatEverybodyMayKnowNeedsNoKey(path: String) throws {
        #expect(try call("GET", path, key: nil).status == 200)
        #expect(try call("GET", path, key: .random()).status == 200)
    }

    @Test func aKeyThatOnlySeesMakesNothing() throws {
        let answer = try call("POST", "/v1/jobs", document(), key: onlySees)
        #expect(answer.status == 403 && answer.code == "forbidden")
        #expect(
            answer.headers["WWW-Authenticate"]
                == "Bearer realm=\"espalier\", error=\"insufficient_scope\", scope=\"submit\"")
        #expect(try call("GET", "/v1/jobs", key: onlySees).status == 200)
    }

    @Test func aRequestIsRefusedBeforeItsBodyIsLookedAt() throws {
        let answer = try fixture.call("POST", "/v1/jobs", "nothing", contentType: "text/plain")
        #expect(answer.status == 401)
    }

    @Test func whatIsMadeBelongsToTheOwnerOfTheKey() throws {
        let job = try call("POST", "/v1/jobs", document(), key: key)
        #expect(job.status == 202, "\(job.text)")
        #expect(try job.json["owner"]?.string == "ada")
    }

    @Test func aKeyThatIsRevokedIsRefusedFromThenOn() throws {
        #expect(try call("GET", "/v1/jobs", key: key).status == 200)
        gatekeeper.renew(KeyRing())
        #expect(try call("GET", "/v1/jobs", key: key).status == 401)
    }
}
