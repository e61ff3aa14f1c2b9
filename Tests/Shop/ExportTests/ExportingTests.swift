import Export
import Kernel
import Licensing
import Postgres
import Support
import Testing

@Suite("Exporting a shop", .freshDatabase)
struct ExportingTests {
    private static let pepper = String(repeating: "AQEB", count: 10) + "AQE="

    @Test("writes every table as it is, and a check finds it as it was signed")
    func roundTrip() async throws {
        let paid = try await DemoOrder()
        let exporter = try Exporter()
        let manifest = try await exporter.export(keys: [:])
        #expect(manifest.hasKeys)
        for name in ["orders.jsonl", "licenses.jsonl"] {
            #expect(manifest.files.first { $0.name == name }?.rows == 1)
        }
        let license = try exporter.rows("licenses.jsonl")
        #expect(license.count == 1)
        #expect(license[0].contains(#""key":"\#(paid.key)"}"#))
        #expect(license[0].contains(#""key_hash":"\#(try DemoOrder.hash(paid.key))""#))
        let order = try exporter.rows("orders.jsonl")
        #expect(order[0].contains(#""email":"buyer@example.com""#) && order[0].contains(#""amount_total":4900"#))
        #expect(order[0].contains(#""paid_at":"2026-11-20T18:31:00+00:00""#))
        #expect(try exporter.rows("customers.jsonl")[0].contains(#""name":"Björk""#))
        #expect(try exporter.defects() == [])
        for name in try exporter.folder.files() where name.hasPrefix("shop/") {
            #expect(try exporter.mode(name) == 0o600, "\(name)")
        }
        #expect(try exporter.mode("shop") == 0o700)
    }

    @Test("keys stay behind unless they are asked for, and each row still stands")
    func withoutKeys() async throws {
        let paid = try await DemoOrder()
        let exporter = try Exporter()
        #expect(try await !exporter.export().hasKeys)
        for name in try exporter.folder.files() where name.hasPrefix("shop/") && name.hasSuffix(".jsonl") {
            #expect(try !exporter.folder.read(name).contains(paid.key), "\(name)")
        }
        #expect(try exporter.rows("licenses.jsonl").count == 1)
    }

    @Test("every column of the schema is in it, or is left out by name")
    func complete() async throws {
        _ = try await DemoOrder()
        try await execute(script: Exporter.oneOfEach)
        let exporter = try Exporter()
        try await exporter.export()
        let columns = try await texts(
            """
            SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = 'public' ORDER BY 1
            """)
        #expect(columns.count > 100)
        let leftOut = ExportTable.leftOut
        for column in columns {
            let parts = column.split(separator: ".").map(String.init)
            if leftOut[parts[0]] != nil || leftOut[column] != nil { continue }
            let rows = try exporter.rows("\(parts[0]).jsonl")
            #expect(rows.first?.contains("\"\(parts[1])\":") == true, "\(column)")
        }
    }

    @Test("many rows go through in pages, each once and in order")
    func pages() async throws {
        try await prepareDatabase()
        try await execute(
            script: """
                INSERT INTO refund_totals SELECT 'pi_' || lpad(n::text, 6, '0'), n FROM generate_series(1, 2500) n
                """)
        let exporter = try Exporter()
        try await exporter.export()
        let rows = try exporter.rows("refund_totals.jsonl")
        #expect(rows.count == 2_500)
        #expect(rows.first?.contains("pi_000001") == true && rows.last?.contains("pi_002500") == true)
        #expect(Set(rows).count == 2_500 && rows == rows.sorted())
        #expect(try exporter.defects() == [])
    }

    @Test("openssl itself verifies the signature, and refuses it over another manifest")
    func signature() async throws {
        try await prepareDatabase()
        let exporter = try Exporter()
        try await exporter.export()
        #expect(try exporter.opensslVerifies())
        let text = try exporter.folder.read("shop/manifest.json")
        let changed = text.replacing(#""schema":"#, with: #""schema": "#)
        #expect(changed != text)
        try exporter.folder.write("shop/manifest.json", changed)
        #expect(try !exporter.opensslVerifies())
    }

    @Test("the log says before the first row who took it along, why, and how it was signed")
    func audited() async throws {
        try await prepareDatabase()
        let exporter = try Exporter()
        try await exporter.export()
        let log = try await auditLog()
        #expect(log.count == 1)
        #expect(log[0].hasPrefix(#"operator:eve shop.exported {"reason": "moving", "#), "\(log)")
        #expect(log[0].contains(#""license_keys": false"#) && log[0].contains(exporter.publicKey))
        #expect(try exporter.rows("audit_log.jsonl").last?.contains("shop.exported") == true)
    }

    @Test("nothing is overwritten")
    func neverOverwrites() async throws {
        try await prepareDatabase()
        let exporter = try Exporter()
        try exporter.folder.write("shop/precious.txt", "mine")
        guard case .notMade(let folder, _) = try await exporter.fault() else { throw Unexpected() }
        #expect(folder == "\(exporter.folder.path)/shop")
        #expect(try exporter.folder.files().filter { $0.hasPrefix("shop/") } == ["shop/precious.txt"])
        #expect(try exporter.folder.read("shop/precious.txt") == "mine")
    }

    @Test("an export that fails leaves no file, and the log still says that it was begun")
    func removed() async throws {
        _ = try await DemoOrder()
        let license = try #require(LicenseID(DemoOrder.license))
        let exporter = try Exporter()
        #expect(try await exporter.fault(keys: ["KEY_PEPPER": Self.pepper]) == .otherKey(license))
        #expect(try !exporter.folder.files().contains { $0.hasPrefix("shop/") })
        guard
            case .underivable(license, let fault) = try await exporter.fault(
                keys: ["LICENSE_SECRETS": "2:" + Self.pepper])
        else { throw Unexpected() }
        #expect(fault.description == "LICENSE_SECRETS lacks version 1")
        #expect(try await auditLog().count == 2)
        // Nothing is in the way of another try.
        #expect(try await exporter.export(keys: [:]).hasKeys)
    }

    private struct Unexpected: Error {}
}
