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

    @Test("are current from their starts on: the first that has started, or the last of all")
    func starts() throws {
        let text = "3@20261201T120000Z:\(Self.good),2@20260101T000000Z:\(Self.good),1:\(Self.good)"
        let secrets = try #require(VersionedSecrets(text, hasStarts: true))
        func version(_ time: String) throws -> Int { secrets.version(at: try #require(Instant(rfc3339: time))) }
        #expect(try version("1971-01-01T00:00:00Z") == 1)
        #expect(try version("2025-12-31T23:59:59.999999Z") == 1)
        #expect(try version("2026-01-01T00:00:00Z") == 2)
        #expect(try version("2026-12-01T11:59:59Z") == 2)
        #expect(try version("2026-12-01T12:00:00Z") == 3)
        #expect(try version("9999-01-01T00:00:00Z") == 3)
        let late = try #require(VersionedSecrets("2@20270101T000000Z:\(Self.good)", hasStarts: true))
        #expect(late.version(at: Instant(unixSeconds: 0)) == 2)
        #expect(try Support.secrets(7, 2).version(at: Instant(unixSeconds: 0)) == 7)
    }

    @Test(
        "refuse a start that is no time, and any where none is known",
        arguments: [
            "", "20261201", "20261201T120000", "20261201T1200Z", "2026-12-01T12:00:00Z", "20261301T120000Z",
            "20260230T120000Z", "20261201T250000Z", "20261201T120060Z", "20261201t120000z", "20261201T120000Z ",
            "+0261201T120000Z", "20261201T120000Z@20261201T120000Z",
        ])
    func refusedStart(text: String) {
        #expect(VersionedSecrets("2@\(text):\(Self.good),1:\(Self.good)", hasStarts: true) == nil)
        #expect(VersionedSecrets("2@20261201T120000Z:\(Self.good)") == nil)
    }

    @Test("show nothing when printed")
    func hidden() throws {
        var dumped = ""
        let secrets = try secrets(7)
        dump(secrets, to: &dumped)
        #expect(!"\(secrets) \(dumped)".contains("7, 7"))
    }
}
