import Crypto
import Kernel
import Support
import Testing

@Suite("Versioned secrets")
struct VersionedSecretsTests {
    private static let good = Base64.encode([UInt8](repeating: 1, count: 32))
    private static let short = Base64.encode([UInt8](repeating: 1, count: 31))

    @Test(
        "refuse a text with any fault",
        arguments: [
            "", ",", "1", "1:", ":\(good)", "0:\(good)", "-1:\(good)", "+1:\(good)", "01:\(good)", " 1:\(good)",
            "1 :\(good)", "1: \(good)", "1:\(good),", ",1:\(good)", "1:\(good),1:\(good)", "1:\(short)",
            "1:\(good),2:\(short)", "1:\(good)=", "one:\(good)", "2147483648:\(good)", "1:\(good) ,2:\(good)",
            "1:\(good);2:\(good)", "١:\(good)",
        ])
    func refused(text: String) {
        #expect(VersionedSecrets(text) == nil)
    }

    @Test("give the first as current and each by its version")
    func given() throws {
        let secrets = try secrets(7, 2, 2_147_483_647)
        #expect(secrets.currentVersion == 7)
        #expect(secrets.current.withBytes { $0[0] } == 7)
        #expect(secrets[2]?.withBytes { $0[0] } == 2)
        #expect(secrets[2_147_483_647]?.withBytes { $0[0] } == 7)
        #expect(secrets[1] == nil)
    }

    @Test("show nothing when printed")
    func hidden() throws {
        var dumped = ""
        let secrets = try secrets(7)
        dump(secrets, to: &dumped)
        #expect(!"\(secrets) \(dumped)".contains("7, 7"))
    }
}
