import Crypto
import Kernel
import Support
import Testing

@Suite("HMAC-SHA256")
struct HMACSHA256Tests {
    private struct MacGroup: Decodable {
        let tagSize: Int
        let tests: [Verdict]
    }

    private struct RFC4231: Decodable {
        struct Case: Decodable {
            let key: String
            let data: String
            let mac: String
        }
        let cases: [Case]

        enum CodingKeys: String, CodingKey { case cases = "rfc4231_hmac_sha256" }
    }

    @Test("judges every Wycheproof case as Wycheproof does")
    func wycheproof() throws {
        let file = try vector("wycheproof/hmac_sha256_test.json", as: Wycheproof<MacGroup>.self)
        var judged = 0
        for group in file.testGroups {
            for test in group.tests {
                let key = Secret(bytes: try bytes(test.key))
                let tag = HMACSHA256.tag(key: key, try bytes(test.msg)).prefix(group.tagSize / 8)
                let claimed = try bytes(test.tag)
                #expect(ConstantTime.equal(Array(tag), claimed) == (test.result == "valid"), "case \(test.tcId)")
                judged += 1
            }
        }
        #expect(judged == 174)
    }

    @Test("makes the tags of RFC 4231")
    func rfc4231() throws {
        let file = try vector("rfc_misc.json", as: RFC4231.self)
        #expect(file.cases.count == 7)
        for test in file.cases {
            let key = Secret(bytes: try bytes(test.key))
            let tag = HMACSHA256.tag(key: key, try bytes(test.data))
            #expect(Hex.encode(tag).hasPrefix(test.mac))
        }
    }

    @Test("runs parts together")
    func parts() {
        let key = Secret("key")
        let whole = HMACSHA256.tag(key: key, Array("one two".utf8))
        #expect(HMACSHA256.tag(key: key, Array("one ".utf8), [], Array("two".utf8)) == whole)
        #expect(HMACSHA256.tag(key: Secret("kez"), Array("one two".utf8)) != whole)
    }

    @Test("takes an empty key for an empty key, whatever came before it")
    func emptyKey() {
        _ = HMACSHA256.tag(key: Secret("another"), [])
        // The tag of an empty message under an empty key, computed with Python's hmac module.
        #expect(
            Hex.encode(HMACSHA256.tag(key: Secret(""), []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }
}
