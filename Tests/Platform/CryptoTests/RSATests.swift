import Crypto
import Kernel
import Support
import Testing

@Suite("RSA with PKCS#1 v1.5 and SHA-256")
struct RSATests {
    private struct VerifyGroup: Decodable {
        let publicKeyPem: String
        let tests: [Verdict]
    }

    private struct SignGroup: Decodable {
        let privateKeyPem: String
        let privateKeyPkcs8: String
        let keyPem: String
        let sha: String
        let tests: [Verdict]
    }

    private func signGroups() throws -> [SignGroup] {
        let file = try vector("wycheproof/rsa_pkcs1_2048_sig_gen_test.json", as: Wycheproof<SignGroup>.self)
        return file.testGroups
    }

    private func pem(_ der: String, _ label: String) throws -> Secret {
        let body = Base64.encode(try bytes(der))
        return Secret("-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n")
    }

    @Test("judges every Wycheproof signature as Wycheproof does, and accepts no doubtful one")
    func wycheproof() throws {
        let file = try vector("wycheproof/rsa_signature_2048_sha256_test.json", as: Wycheproof<VerifyGroup>.self)
        var judged = 0
        for group in file.testGroups {
            let key = try RSAPublicKey(pem: group.publicKeyPem)
            for test in group.tests {
                let signature = try bytes(test.sig)
                let holds = key.verifies(signature, of: try bytes(test.msg))
                #expect(holds == (test.result == "valid"), "case \(test.tcId): \(test.comment)")
                judged += 1
            }
        }
        #expect(judged == 259)
    }

    @Test("signs as Wycheproof does, from a PKCS#1 and a PKCS#8 key")
    func signs() throws {
        var signed = 0
        for group in try signGroups() where group.sha == "SHA-256" {
            let keys = [
                try RSAPrivateKey(pem: Secret(group.privateKeyPem)),
                try RSAPrivateKey(pem: pem(group.privateKeyPkcs8, "PRIVATE KEY")),
            ]
            let publicKey = try RSAPublicKey(pem: group.keyPem)
            for test in group.tests {
                let message = try bytes(test.msg)
                for key in keys {
                    let signature = try key.sign(message)
                    #expect(Hex.encode(signature) == test.sig)
                    #expect(publicKey.verifies(signature, of: message))
                    signed += 1
                }
            }
        }
        #expect(signed == 20)
    }

    @Test("refuses what is no key, a public key for a private one, and a broken one")
    func refusesNoKey() throws {
        let group = try #require(try signGroups().first)
        let halved = String(group.privateKeyPem.prefix(group.privateKeyPem.count / 2))
        for text in ["", "key", group.keyPem, halved, group.privateKeyPem.replacing("MII", with: "MIJ")] {
            #expect(throws: CryptoFault.unusableKey) { try RSAPrivateKey(pem: Secret(text)) }
        }
        #expect(throws: CryptoFault.unusableKey) { try RSAPublicKey(pem: group.privateKeyPem) }
    }

    @Test("refuses a key of another kind, one under 2048 bits and one with a pass phrase")
    func refusesOtherKeys() throws {
        #expect(throws: CryptoFault.unusableKey) { try RSAPrivateKey(pem: Secret(SampleKeys.ed25519)) }
        #expect(throws: CryptoFault.weakKey) { try RSAPrivateKey(pem: Secret(SampleKeys.rsa1024)) }
        #expect(throws: CryptoFault.unusableKey) { try RSAPrivateKey(pem: Secret(SampleKeys.encrypted)) }
        #expect(throws: CryptoFault.weakKey) { try RSAPublicKey(pem: SampleKeys.rsa1024Public) }
    }

    @Test("a key shows nothing when printed")
    func hidden() throws {
        let key = try RSAPrivateKey(pem: Secret(try #require(try signGroups().first).privateKeyPem))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("MII"))
    }
}
