import Crypto
import Kernel
import Support
import Testing

@Suite("Ed25519")
struct Ed25519Tests {
    private struct Group: Decodable {
        struct Key: Decodable { let pk: String }
        let publicKey: Key
        let tests: [Verdict]
    }

    private struct RFC8032: Decodable {
        let cases: [[String: String]]

        enum CodingKeys: String, CodingKey { case cases = "rfc8032_ed25519" }
    }

    @Test("judges every Wycheproof signature as Wycheproof does")
    func wycheproof() throws {
        let file = try vector("wycheproof/ed25519_test.json", as: Wycheproof<Group>.self)
        var judged = 0
        for group in file.testGroups {
            let key = try Ed25519PublicKey(try bytes(group.publicKey.pk))
            for test in group.tests {
                let signature = try bytes(test.sig)
                let holds = key.verifies(signature, of: try bytes(test.msg))
                #expect(holds == (test.result == "valid"), "case \(test.tcId): \(test.comment)")
                judged += 1
            }
        }
        #expect(judged == 151)
    }

    @Test("reads keys in PEM as openssl makes them, and no other kind")
    func pem() throws {
        let secret = Secret(SampleKeys.ed25519)
        let known = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEA4NpNP3G9RTFF0lNHU3D5umCZBQY5SKgTVr307x22fi4=
            -----END PUBLIC KEY-----
            """
        let key = try Ed25519PrivateKey(pem: secret)
        #expect(try Ed25519PublicKey(pem: known) == key.publicKey)
        #expect(try Ed25519PublicKey(pem: known).verifies(key.sign([1, 2]), of: [1, 2]))
        #expect(throws: CryptoFault.unusableKey) { try Ed25519PrivateKey(pem: Secret(known)) }
        #expect(throws: CryptoFault.unusableKey) { try Ed25519PublicKey(pem: SampleKeys.ed25519) }
        #expect(throws: CryptoFault.unusableKey) { try Ed25519PrivateKey(pem: Secret(SampleKeys.rsa1024)) }
        let other = known.replacing("BQYDK2Vw", with: "BQYDK2Vu")
        #expect(throws: CryptoFault.unusableKey) { try Ed25519PublicKey(pem: other) }
    }

    @Test("signs as RFC 8032 does")
    func rfc8032() throws {
        let file = try vector("rfc_misc.json", as: RFC8032.self)
        #expect(file.cases.count == 3)
        for test in file.cases {
            func part(_ name: String) throws -> [UInt8] { try bytes(test[name]) }
            let key = try Ed25519PrivateKey(seed: Secret(bytes: part("secret")))
            #expect(key.publicKey.bytes == (try part("public")))
            #expect(try key.sign(part("message")) == part("signature"))
            #expect(key.publicKey.verifies(try part("signature"), of: try part("message")))
            #expect(!key.publicKey.verifies(try part("signature"), of: try part("message") + [0]))
        }
    }

    @Test("refuses keys of any other length", arguments: [0, 31, 33, 64])
    func lengths(count: Int) {
        let bytes = [UInt8](repeating: 7, count: count)
        #expect(throws: CryptoFault.unusableKey) { try Ed25519PublicKey(bytes) }
        #expect(throws: CryptoFault.unusableKey) { try Ed25519PrivateKey(seed: Secret(bytes: bytes)) }
    }
}
