import Access
import Testing

struct APIKeyTests {
    @Test func aKeyIsReadBackFromItsText() throws {
        let key = APIKey.random()
        let read = try #require(APIKey(key.text))
        #expect(read.id == key.id && read.text == key.text)
        #expect(read.hash.matches(key.hash))
        #expect(key.text.wholeMatch(of: /esp_[0-9a-hjkmnp-tv-z]{12}_[0-9a-hjkmnp-tv-z]{38}/) != nil)
    }

    @Test func noTwoKeysAreAlike() {
        let keys = (0..<1_000).map { _ in APIKey.random() }
        #expect(Set(keys.map(\.id)).count == keys.count)
        #expect(Set(keys.map { $0.text.split(separator: "_")[2] }).count == keys.count)
    }

    @Test func aSecretUsesAllItsBits() {
        let secrets = (0..<2_000).map { _ in Array(APIKey.random().text.utf8.dropFirst(17)) }
        for place in 0..<32 { #expect(Set(secrets.map { $0[place] }).count == 32, "place \(place)") }
    }

    @Test func aMistypedCharacterIsNoticedWithoutAskingAnybody() {
        let text = Array(APIKey.random().text.utf8)
        for place in text.indices {
            var mistyped = text
            mistyped[place] = text[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            #expect(APIKey(String(decoding: mistyped, as: UTF8.self)) == nil, "place \(place)")
        }
    }

    @Test(arguments: [" ", "esp_", "esp__", "Bearer x", "esp_0123456789ab_", "é"])
    func whatIsNoKeyIsNone(text: String) {
        #expect(APIKey(text) == nil)
        #expect(APIKey(text + APIKey.random().text) == nil)
        #expect(APIKey(APIKey.random().text + text + " ") == nil)
    }

    @Test func hashesOfDifferentKeysDoNotMatchAndOneByteOffIsDifferent() throws {
        let key = APIKey.random()
        #expect(!key.hash.matches(APIKey.random().hash))
        for place in 0..<32 {
            var bytes = key.hash.bytes
            bytes[place] ^= 1
            #expect(try !#require(KeyHash(bytes: bytes)).matches(key.hash), "byte \(place)")
        }
        #expect(try #require(KeyHash(bytes: key.hash.bytes)).matches(key.hash))
        #expect(KeyHash(bytes: Array(key.hash.bytes.dropLast())) == nil)
    }

    @Test func nothingStoredTellsTheSecret() {
        let key = APIKey.random()
        let secret = String(key.text.split(separator: "_")[2])
        #expect(!String(decoding: key.hash.bytes, as: UTF8.self).contains(secret.prefix(4)))
        #expect(key.hash.bytes.count == 32)
    }
}

struct ScopesTests {
    @Test func wordsAreReadAndWritten() {
        #expect(Scopes(words: "read,submit") == .usual)
        #expect(Scopes(words: "admin,read")?.words == ["read", "admin"])
        for text in ["", "read,", "reed", "read submit", ",", "READ"] { #expect(Scopes(words: text) == nil, "\(text)") }
    }
}
