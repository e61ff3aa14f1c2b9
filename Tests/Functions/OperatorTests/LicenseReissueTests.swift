import Licensing
import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey license reissue", .freshDatabase)
struct LicenseReissueTests {
    private static let id = DemoOrder.license

    @Test("a new key works and the old one does not, machines and links are released, and the mail waits")
    func reissue() async throws {
        let paid = try await DemoOrder()
        try await activate()
        let new = try DemoOrder.key(reissues: 1)
        let run = try await Run.eve(["license", "reissue", paid.key, "--reason", "shared in a forum"])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output == """
                license 019aa2b1-0000-7000-8000-000000000002: …-\(paid.key.suffix(4)) → …-\(new.lastFour)
                  mail      goes to buyer@example.com
                  machines  1 to be activated again
                  links     1 stopped working

                """)
        #expect(try await Run.eve(["license", "show", paid.key]).exitCode == 1)
        let shown = try await Run.eve(["license", "show", new.revealed()])
        #expect(shown.output.contains("  version   1, reissued 1×\n  machines  0 of 3\n"))
        #expect(
            try await texts("SELECT concat_ws(' ', kind, recipient, status, attempts) FROM emails ORDER BY created_at")
                == ["receipt buyer@example.com sent 1", "key_reissued buyer@example.com pending 0"])
        #expect(try await numbers("SELECT count(*) FROM download_grants WHERE revoked_at IS NULL") == [0])
        #expect(
            try await auditLog() == [
                #"operator:eve license.reissued {"reason": "shared in a forum", "license": "\#(Self.id)", "reissues": 1, "#
                    + #""released": 1, "to_last4": "\#(new.lastFour)", "from_last4": "\#(paid.key.suffix(4))", "#
                    + #""key_version": 1}"#
            ])
    }

    @Test("a license issued under an older secret moves to the current one, and each reissue is another key")
    func secrets() async throws {
        let paid = try await DemoOrder()
        let secrets = "2:" + String(repeating: "AQEB", count: 10) + "AQE=,1:" + String(repeating: "A", count: 43) + "="
        var lastFours = [String(paid.key.suffix(4))]
        for reissues in 1...2 {
            let run = try await Run.eve(
                ["license", "reissue", Self.id, "--reason", "r", "--json"], ["LICENSE_SECRETS": secrets])
            let key = try DemoOrder.key(reissues: reissues, version: 2, secrets: secrets)
            lastFours.append(key.lastFour)
            #expect(
                run.output == #"{"license":"\#(Self.id)","order":"\#(DemoOrder.id)","previous_last4":"#
                    + #""\#(lastFours[reissues - 1])","last4":"\#(key.lastFour)","key_version":2,"reissues":\#(reissues),"#
                    + #""released":0,"revoked_links":\#(reissues == 1 ? 1 : 0),"mail":true,"changed":true,"#
                    + #""dry_run":false}"# + "\n")
            let hash = try DemoOrder.hash(key.revealed())
            #expect(try await texts("SELECT encode(key_hash, 'hex') FROM licenses") == [hash])
        }
        #expect(Set(lastFours).count == 3)
    }

    @Test(
        "a license that opens nothing gets no other key",
        arguments: [
            ("disputed", "suspended", "NULL", "suspended: a dispute over its payment is open"),
            ("refunded", "revoked", "NULL", "revoked: it was refunded"),
            ("paid", "revoked", "'2026-11-20 18:50Z'", "revoked: closed by hand at 2026-11-20 18:50:00 UTC"),
        ])
    func closed(order: String, license: String, held: String, message: String) async throws {
        _ = try await DemoOrder()
        try await execute(
            script:
                "UPDATE orders SET status = '\(order)'; UPDATE licenses SET status = '\(license)', held_at = \(held)")
        let run = try await Run.eve(["license", "reissue", Self.id, "--reason", "r"])
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: license \(Self.id) is \(message)\n")
        #expect(try await numbers("SELECT reissues FROM licenses") == [0])
    }

    @Test("of two reissues at once both are kept in order or one is refused, never one overwritten")
    func atOnce() async throws {
        _ = try await DemoOrder()
        async let one = Run.eve(["license", "reissue", Self.id, "--reason", "r"])
        async let two = Run.eve(["license", "reissue", Self.id, "--reason", "r"])
        let done = try await [one.exitCode, two.exitCode].count { $0 == 0 }
        #expect(try await numbers("SELECT reissues FROM licenses") == [Int64(done)])
        let hash = try DemoOrder.hash(DemoOrder.key(reissues: done).revealed())
        #expect(try await texts("SELECT encode(key_hash, 'hex') FROM licenses") == [hash])
    }

    @Test("a dry run leaves the old key in its place")
    func dryRun() async throws {
        let paid = try await DemoOrder()
        let run = try await Run.eve(["license", "reissue", Self.id, "--reason", "r", "--dry-run"])
        #expect(run.output.hasSuffix("\na dry run: nothing was changed\n"))
        #expect(try await Run.eve(["license", "show", paid.key]).exitCode == 0)
        #expect(try await auditLog() == [])
    }

    private func activate() async throws {
        try await execute(
            script: """
                INSERT INTO activations (id, license_id, machine_hash, machine_name, created_at)
                VALUES ('019aa2b1-0000-7000-8000-0000000000b1', '\(Self.id)', 'a', 'Studio', now())
                """)
    }
}
