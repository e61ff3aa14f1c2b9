import FoundationEssentials
import Support
import Testing

@testable import OIDC

@Suite("Token signatures, against published vectors")
struct SignatureVectorTests {
    @Test("Wycheproof: of every RSA key's tokens exactly the valid ones that name their key and RS256 are accepted")
    func wycheproof() throws {
        let document = try vector("wycheproof/json_web_signature_test.json", as: Wycheproof.self)
        var (believed, refused) = (0, 0)
        for group in document.testGroups {
            guard let key = group.public, key.kty == "RSA" else { continue }
            for test in group.tests {
                let isOurs = (key.alg ?? "RS256") == "RS256" && (key.use ?? "sig") == "sig"
                if test.result == "valid" && isOurs && key.kid != nil && test.names("RS256") {
                    #expect(throws: Never.self, "\(test.tcId) \(test.comment)") { try check(test.jws, key) }
                    believed += 1
                } else {
                    #expect(throws: TokenFault.self, "\(test.tcId) \(test.comment)") { try check(test.jws, key) }
                    refused += 1
                }
            }
        }
        #expect(believed >= 5 && refused >= 280, "\(believed) believed, \(refused) refused")
    }

    @Test("Wycheproof: a token made with a shared secret or a curve is refused, whatever key is at hand")
    func otherAlgorithms() throws {
        let document = try vector("wycheproof/json_web_signature_test.json", as: Wycheproof.self)
        let rsa = try #require(document.testGroups.compactMap(\.public).first { $0.alg == "RS256" })
        for group in document.testGroups where group.public?.kty != "RSA" {
            for test in group.tests {
                #expect(throws: TokenFault.self, "\(test.tcId)") { try check(test.jws, rsa) }
            }
        }
    }

    @Test("RFC 7520 section 4.1: the cookbook's RSA signature is accepted, and with another key is not")
    func cookbook() throws {
        let example = try vector("jose_cookbook/jws_4_1.rsa_v15_signature.json", as: Cookbook.self)
        let token = try CompactToken(example.output.compact)
        let payload = try token.verifiedPayload(try keySet(example.input.key))
        #expect(String(decoding: payload, as: UTF8.self) == example.input.payload)
        var other = example.input.key
        other.n = "zzzz" + (other.n ?? "").dropFirst(4)
        let otherKeys = try keySet(other)
        #expect(throws: TokenFault.badSignature) { try token.verifiedPayload(otherKeys) }
    }

    @Test("RFC 7515 appendix A.2 names no key, and appendix A.5 has no signature: both are refused")
    func appendix() throws {
        for example in try vector("rfc_jose.json", as: [RFCExample].self) {
            guard let jws = example.jws else { continue }
            #expect(throws: TokenFault.self, "\(example.id)") { try CompactToken(jws) }
        }
    }

    private func check(_ jws: String, _ key: JWK) throws {
        _ = try CompactToken(jws).verifiedPayload(try keySet(key))
    }

    private func keySet(_ key: JWK) throws -> KeySet {
        try KeySet(Array(#"{"keys":["#.utf8) + Array(try JSONEncoder().encode(key)) + Array("]}".utf8))
    }
}

private struct Wycheproof: Decodable {
    struct Group: Decodable {
        let `public`: JWK?
        let tests: [Case]
    }

    struct Case: Decodable {
        let tcId: Int
        let comment: String
        let jws: String
        let result: String

        /// Returns whether the header, if it can be parsed, has this algorithm and a key ID.
        func names(_ algorithm: String) -> Bool {
            guard let token = try? CompactToken(jws) else { return false }
            return !token.header.kid.isEmpty
        }
    }

    let testGroups: [Group]
}

/// A JSON Web Key as published.
private struct JWK: Codable {
    var kty: String
    var kid: String?
    var use: String?
    var alg: String?
    var n: String?
    var e: String?
    var operations: [String]?

    enum CodingKeys: String, CodingKey {
        case kty, kid, use, alg, n, e
        case operations = "key_ops"
    }
}

private struct Cookbook: Decodable {
    struct Input: Decodable {
        let payload: String
        let key: JWK
    }

    struct Output: Decodable { let compact: String }

    let input: Input
    let output: Output
}

private struct RFCExample: Decodable {
    let id: String
    let jws: String?
}
