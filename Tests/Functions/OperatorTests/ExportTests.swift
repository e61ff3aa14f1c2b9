import FoundationEssentials
import Kernel
import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey export", .freshDatabase)
struct ExportTests {
    @Test("writes every table as it is, and verify finds it as it was signed")
    func roundTrip() async throws {
        let paid = try await PaidOrder()
        let desk = try ExportDesk()
        let run = try await desk.export("--with-keys", "--json")
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.contains(#""license_keys":true"#))
        #expect(run.output.contains(#""orders.jsonl":1"#) && run.output.contains(#""licenses.jsonl":1"#))
        let license = try desk.rows("licenses.jsonl")
        #expect(license.count == 1)
        #expect(license[0].contains(#""key":"\#(paid.key)"}"#))
        #expect(license[0].contains(#""key_hash":"\#(try PaidOrder.hash(paid.key))""#))
        let order = try desk.rows("orders.jsonl")
        #expect(order[0].contains(#""email":"buyer@example.com""#) && order[0].contains(#""amount_total":4900"#))
        #expect(order[0].contains(#""paid_at":"2026-11-20T18:31:00+00:00""#))
        #expect(try desk.rows("customers.jsonl")[0].contains(#""name":"Björk""#))
        let check = try await desk.verify()
        #expect(check.exitCode == 0, "\(check.output)\(check.remarks)")
        #expect(check.output.contains("as signed"))
        for name in try desk.folder.files() where name.hasPrefix("shop/") {
            #expect(try desk.mode(name) == 0o600, "\(name)")
        }
        #expect(try desk.mode("shop") == 0o700)
    }

    @Test("keys stay behind unless they are asked for, and each row still stands")
    func withoutKeys() async throws {
        let paid = try await PaidOrder()
        let desk = try ExportDesk()
        let run = try await desk.export(environment: ["LICENSE_SECRETS": "", "KEY_PEPPER": ""])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.contains("without their keys"))
        #expect(try !desk.everything().contains(paid.key))
        #expect(try desk.rows("licenses.jsonl").count == 1)
    }

    @Test("every column of the schema is in it, or is left out by name")
    func complete() async throws {
        _ = try await PaidOrder()
        try await execute(ExportDesk.oneOfEach)
        let desk = try ExportDesk()
        #expect(try await desk.export().exitCode == 0)
        let columns = try await texts(
            """
            SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = 'public' ORDER BY 1
            """)
        #expect(columns.count > 100)
        for column in columns {
            let parts = column.split(separator: ".").map(String.init)
            if ExportDesk.leftOut.contains(parts[0]) || ExportDesk.leftOut.contains(column) { continue }
            let rows = try desk.rows("\(parts[0]).jsonl")
            #expect(rows.first?.contains("\"\(parts[1])\":") == true, "\(column)")
        }
    }

    @Test("many rows go through in pages, each once and in order")
    func pages() async throws {
        try await prepareDatabase()
        try await execute(
            """
            INSERT INTO refund_totals SELECT 'pi_' || lpad(n::text, 6, '0'), n FROM generate_series(1, 2500) n
            """)
        let desk = try ExportDesk()
        #expect(try await desk.export().exitCode == 0)
        let rows = try desk.rows("refund_totals.jsonl")
        #expect(rows.count == 2_500)
        #expect(rows.first?.contains("pi_000001") == true && rows.last?.contains("pi_002500") == true)
        #expect(Set(rows).count == 2_500 && rows == rows.sorted())
        #expect(try await desk.verify().exitCode == 0)
    }

    @Test("openssl itself verifies the signature, and refuses it over another manifest")
    func openssl() async throws {
        try await prepareDatabase()
        let desk = try ExportDesk()
        #expect(try await desk.export().exitCode == 0)
        #expect(try desk.opensslVerifies())
        try desk.change("manifest.json") { $0.replacing(#""schema":"#, with: #""schema": "#) }
        #expect(try !desk.opensslVerifies())
    }

    @Test("the log says before the first row who took it along, why, and how it was signed")
    func audited() async throws {
        try await prepareDatabase()
        let desk = try ExportDesk()
        #expect(try await desk.export().exitCode == 0)
        let log = try await auditLog()
        #expect(log.count == 1)
        #expect(log[0].hasPrefix(#"operator:eve shop.exported {"reason": "moving", "#), "\(log)")
        #expect(log[0].contains(#""license_keys": false"#))
        #expect(try desk.rows("audit_log.jsonl").last?.contains("shop.exported") == true)
    }

    @Test("nothing is overwritten, and what did not come to its end is gone")
    func neverOverwrites() async throws {
        _ = try await PaidOrder()
        let desk = try ExportDesk()
        try desk.folder.write("shop/precious.txt", "mine")
        let run = try await desk.export()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("cannot be made: File exists"))
        #expect(try desk.folder.read("shop/precious.txt") == "mine")
        let other = try ExportDesk()
        let pepper = String(repeating: "AQEB", count: 10) + "AQE="
        let failed = try await other.export("--with-keys", environment: ["KEY_PEPPER": pepper])
        #expect(failed.exitCode == 1)
        #expect(failed.remarks.contains("license \(PaidOrder.license): the derived key is not the one it has"))
        #expect(try !other.folder.files().contains { $0.hasPrefix("shop/") })
        let missing = try await other.export("--with-keys", environment: ["LICENSE_SECRETS": "2:" + pepper])
        #expect(missing.remarks.contains("LICENSE_SECRETS lacks version 1"))
    }

    @Test("a key of another kind, and none, are refused before anything is read")
    func wrongKey() async throws {
        let desk = try ExportDesk()
        try desk.openssl("genpkey", "-algorithm", "X25519", "-out", desk.path("key.pem"))
        let run = try await desk.export()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("is not an Ed25519 private key"))
        let noKey = try await Run.eve(["export", desk.path("shop"), "--reason", "r"])
        #expect(noKey.exitCode == 2)
        #expect(noKey.remarks.contains("--key FILE is missing"))
    }
}
