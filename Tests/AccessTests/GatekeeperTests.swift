import Access
import Foundation
import Synchronization
import Testing

struct GatekeeperTests {
    private let key = APIKey.random()

    private func record(
        _ scopes: Scopes = .usual, expires: Date? = nil, revoked: Date? = nil, owner: String = "ada"
    ) -> KeyRecord {
        KeyRecord(
            id: key.id, name: "a key", owner: owner, scopes: scopes, hash: key.hash, createdAt: .now,
            expiresAt: expires,
            revokedAt: revoked)
    }

    private func caller(_ gatekeeper: Gatekeeper, _ needed: Scopes, _ headers: String...) throws -> Caller {
        try gatekeeper.admit(needed) { headers }
    }

    @Test func withoutKeysEverybodyComesInAndSeesEverything() throws {
        let caller = try caller(Gatekeeper(), .admin)
        #expect(caller == .anyone)
        #expect(caller.sees(owner: nil) && caller.sees(owner: "ada") && caller.owner == nil && caller.listed == nil)
    }

    @Test func aKeyBringsItsOwnerAndScopes() throws {
        let caller = try caller(Gatekeeper(KeyRing([record()])), .submit, "Bearer \(key.text)")
        #expect(caller.key == key.id && caller.owner == "ada" && caller.scopes == [.read, .submit])
        #expect(caller.sees(owner: "ada") && !caller.sees(owner: "bob") && !caller.sees(owner: nil))
        #expect(caller.listed == "ada")
    }

    @Test(arguments: ["bearer", "BEARER", "Bearer  "])
    func theSchemeIsReadAsHTTPWantsIt(scheme: String) throws {
        #expect(try caller(Gatekeeper(KeyRing([record()])), .read, "\(scheme) \(key.text)").owner == "ada")
    }

    @Test func whoShowsNoKeyIsAskedForOne() {
        let gatekeeper = Gatekeeper(KeyRing([record()]))
        #expect(throws: Gatekeeper.Refusal.noKey) { try caller(gatekeeper, .read) }
        #expect(throws: Gatekeeper.Refusal.noKey) { try caller(gatekeeper, .read, "Basic YTpi") }
        #expect(throws: Gatekeeper.Refusal.noKey) { try caller(gatekeeper, .read, key.text) }
    }

    @Test func whatIsNotAKeyOfTheRingIsWrong() {
        let gatekeeper = Gatekeeper(KeyRing([record()]))
        for wrong in [
            APIKey.random().text, "", "esp_", key.text + " ", key.text.uppercased(), String(key.text.dropLast()),
        ] {
            #expect(throws: Gatekeeper.Refusal.wrongKey, "\(wrong)") {
                try caller(gatekeeper, .read, "Bearer \(wrong)")
            }
        }
        #expect(throws: Gatekeeper.Refusal.wrongKey) {
            try caller(gatekeeper, .read, "Bearer \(key.text)", "Bearer \(key.text)")
        }
    }

    @Test func theIdOfAKeyWithAnotherSecretIsWrong() {
        let other = APIKey.random()
        let impostor = KeyRecord(
            id: key.id, name: "", owner: "ada", scopes: .admin, hash: other.hash, createdAt: .now)
        let gatekeeper = Gatekeeper(KeyRing([impostor]))
        #expect(throws: Gatekeeper.Refusal.wrongKey) { try caller(gatekeeper, .read, "Bearer \(key.text)") }
    }

    @Test func aKeyIsOfUseUntilItExpires() throws {
        let now = Mutex(Date(timeIntervalSince1970: 1_000))
        let ring = KeyRing([record(expires: Date(timeIntervalSince1970: 2_000))])
        let gatekeeper = Gatekeeper(ring) { now.withLock { $0 } }
        let caller = try caller(gatekeeper, .read, "Bearer \(key.text)")
        #expect(gatekeeper.stillAdmits(caller))
        now.withLock { $0 = Date(timeIntervalSince1970: 2_000) }
        #expect(throws: Gatekeeper.Refusal.wrongKey) { try self.caller(gatekeeper, .read, "Bearer \(key.text)") }
        #expect(!gatekeeper.stillAdmits(caller))
    }

    @Test func aRevokedKeyIsWrongAndClosesTheServerAllTheSame() throws {
        let gatekeeper = Gatekeeper(KeyRing([record()]))
        let caller = try caller(gatekeeper, .read, "Bearer \(key.text)")
        gatekeeper.renew(KeyRing([record(revoked: .now)]))
        #expect(throws: Gatekeeper.Refusal.wrongKey) { try self.caller(gatekeeper, .read, "Bearer \(key.text)") }
        #expect(throws: Gatekeeper.Refusal.noKey) { try self.caller(gatekeeper, .read) }
        #expect(!gatekeeper.stillAdmits(caller))
    }

    @Test func aServerThatHasAskedForKeysNeverOpensUp() {
        let gatekeeper = Gatekeeper(KeyRing([record()]))
        gatekeeper.renew(KeyRing())
        #expect(throws: Gatekeeper.Refusal.noKey) { try caller(gatekeeper, .read) }
    }

    @Test func whoCameInWithoutAKeyIsOutOnceThereAreKeys() throws {
        let gatekeeper = Gatekeeper()
        let caller = try caller(gatekeeper, .read)
        #expect(gatekeeper.stillAdmits(caller))
        gatekeeper.renew(KeyRing([record()]))
        #expect(!gatekeeper.stillAdmits(caller))
    }

    @Test(arguments: [
        (Scopes.read, Scopes.submit), (.submit, .read), (.usual, .admin), (Scopes(), .read),
    ])
    func aScopeThatIsMissingIsNamed(has: Scopes, needed: Scopes) {
        let gatekeeper = Gatekeeper(KeyRing([record(has)]))
        let known = Caller(key: key.id, owner: "ada", scopes: has)
        #expect(throws: Gatekeeper.Refusal.notAllowed(known, needed: needed)) {
            try caller(gatekeeper, needed, "Bearer \(key.text)")
        }
    }

    @Test func anAdministratorMayDoAndSeeEverything() throws {
        let gatekeeper = Gatekeeper(KeyRing([record(.admin)]))
        for needed in [Scopes.read, .submit, .admin] {
            let caller = try caller(gatekeeper, needed, "Bearer \(key.text)")
            #expect(
                caller.sees(owner: "bob") && caller.sees(owner: nil) && caller.listed == nil && caller.owner == "ada")
        }
    }

    @Test func aCallerWithoutOwnerSeesNothingOfNobodys() {
        let caller = Caller(key: nil, owner: nil, scopes: .read)
        #expect(!caller.sees(owner: nil) && caller.listed == "")
    }

    @Test func usesAreTakenOnce() throws {
        let gatekeeper = Gatekeeper(KeyRing([record()]))
        #expect(gatekeeper.takeUses().isEmpty)
        _ = try caller(gatekeeper, .read, "Bearer \(key.text)")
        _ = try? caller(gatekeeper, .read, "Bearer \(APIKey.random().text)")
        #expect(gatekeeper.takeUses() == [key.id])
        #expect(gatekeeper.takeUses().isEmpty)
    }
}
