import Audit
import Crypto
import EventLoop
import Kernel
import Licensing
import Postgres
import Settings
import Support
import Testing

@Suite("Rehashing license keys", .freshDatabase)
struct KeyRehashingTests {
    private static let pepper = String(repeating: "AQEB", count: 10) + "AQE="

    @Test("with a new pepper every key is found again under it, no key changes, and the log says so once")
    func rehash() async throws {
        let order = try await DemoOrder()
        let keys = try keys(["KEY_PEPPER": Self.pepper])
        #expect(try await hashes() == [DemoOrder.hash(order.key)])
        #expect(try await rehash(keys) == "1 seen, 1 changed")
        let key = try #require(LicenseKey(order.key))
        #expect(try await hashes() == [Hex.encode(keys.hash(key))])
        #expect(try await rehash(keys) == "1 seen, 0 changed")
        #expect(try await auditLog() == [#"operator:eve licenses.rehashed {"count": 1, "reason": "yearly"}"#])
    }

    @Test("every license is rehashed, whatever its status")
    func statuses() async throws {
        _ = try await DemoOrder()
        for (number, status) in ["revoked", "suspended"].enumerated() {
            try await execute(
                script: """
                    INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
                    SELECT '019aa2b1-0000-7000-8000-00000000001\(number)', order_id, product_id, '\(status)', 1,
                        sha256('\(status)'), 'ABCD', created_at FROM licenses WHERE id = '\(DemoOrder.license)'
                    """)
        }
        #expect(try await rehash(keys()) == "3 seen, 2 changed")
        #expect(try await rehash(keys(["KEY_PEPPER": Self.pepper])) == "3 seen, 3 changed")
        #expect(try await Set(hashes()).count == 3)
    }

    @Test("a license of a secret that is not at hand stops it before anything is written")
    func missingSecret() async throws {
        _ = try await DemoOrder()
        let before = try await hashes()
        let keys = try keys(["KEY_PEPPER": Self.pepper, "LICENSE_SECRETS": "2:" + Self.pepper])
        #expect(try await rehash(keys) == "\(DemoOrder.license): LICENSE_SECRETS lacks version 1")
        #expect(try await hashes() == before)
        #expect(try await auditLog() == [])
    }

    private func keys(_ changes: [String: String] = [:]) throws -> KeyRing {
        var read = SettingsReader(TestSettings.environment.merging(changes) { $1 })
        return try #require(KeyRing(&read))
    }

    private func rehash(_ keys: KeyRing) async throws -> String {
        let context = AuditContext(.operator("eve"), from: "desk", because: "yearly", at: testNow)
        let outcome = try await withConnection { connection in
            try await connection.transaction { connection throws(PostgresFault) in
                try await KeyRehashing(keys: keys)(connection, by: context)
            }
        }
        switch outcome {
        case .done(let seen, let changed): return "\(seen) seen, \(changed) changed"
        case .underivable(let license, let fault): return "\(license): \(fault)"
        }
    }

    private func hashes() async throws -> [String] {
        try await texts("SELECT encode(key_hash, 'hex') FROM licenses ORDER BY id")
    }
}
