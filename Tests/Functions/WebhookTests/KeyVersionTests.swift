import EventLoop
import Kernel
import Licensing
import Postgres
import Settings
import Support
import Testing

/// After a loss a sale is made again from Stripe's events, perhaps long after the license secret was rotated.
@Suite("Key of a sale that is made again", .freshDatabase)
struct KeyVersionTests {
    private static let old = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    private static let new = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

    @Test(
        "is derived from the version that was current when its session was made, whatever is current now",
        arguments: [
            (old, 1), ("2@20261120T185821Z:\(new),\(old)", 1), ("2@20261120T185820Z:\(new),\(old)", 2),
            ("3@20270101T000000Z:\(new),2@20261120T000000Z:\(new),\(old)", 2), ("2:\(new),\(old)", 2),
        ])
    func version(secrets: String, expected: Int) async throws {
        try await withShop(["LICENSE_SECRETS": secrets]) { shop in
            _ = try await shop.deliver(SessionEvent().json)
            let (id, version, hash) = try await shop.pool.run(
                Statement<(LicenseID, Int64, [UInt8])>.row("SELECT id, key_version, key_hash FROM licenses") {
                    row throws(PostgresFault) in (try row.id(0), try row.integer(1), try row.bytes(2))
                })
            #expect(version == Int64(expected))
            let only = expected == 1 ? Self.old : "2:\(Self.new)"
            var read = SettingsReader(TestSettings.environment.merging(["LICENSE_SECRETS": only]) { $1 })
            let keys = try #require(KeyRing(&read))
            let key = try keys.key(of: KeyOrigin(license: id, prefix: "GENX", version: expected, reissues: 0))
            #expect(hash == keys.hash(key))
        }
    }
}
