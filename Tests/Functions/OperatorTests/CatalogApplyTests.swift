import FoundationEssentials
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey catalog apply", .freshDatabase)
struct CatalogApplyTests {
    private let demo: String

    init() throws { demo = try String(contentsOfFile: demoCatalog, encoding: .utf8) }

    @Test("what is created, stays, changes or is no longer listed is told by name")
    func told() async throws {
        try await prepareDatabase()
        let first = try await Run.latchkey(["catalog", "apply", demoCatalog])
        #expect(first.exitCode == 0, "\(first.remarks)")
        #expect(first.output == "shop: created\nproduct genx-delay: created\n")
        let again = try await Run.latchkey(["catalog", "apply", demoCatalog])
        #expect(again.output == "shop: unchanged\nproduct genx-delay: unchanged\n")
        let folder = try TemporaryFolder()
        let file = try folder.write("catalog.json", try DemoCatalog.otherProduct(demo))
        let run = try await Run.latchkey(["catalog", "apply", file])
        #expect(
            run.output == "shop: unchanged\nproduct genx-echo: created\nproduct genx-delay: not listed, set inactive\n")
        let back = try await Run.latchkey(["catalog", "apply", demoCatalog])
        #expect(back.output.contains("product genx-delay: updated active, price\n"))
    }

    @Test("a dry run tells the same and changes nothing, and the answer for programs has the agreed members")
    func dryRun() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        let folder = try TemporaryFolder()
        let file = try folder.write("catalog.json", try DemoCatalog.otherNameAndPrice(demo))
        let dry = try await Run.latchkey(["catalog", "apply", file, "--dry-run", "--json"])
        #expect(
            dry.output == #"{"shop":{"change":"unchanged","fields":[]},"products":[{"slug":"genx-delay","#
                + #""change":"updated","fields":["name","price"]}],"dry_run":true}"# + "\n")
        #expect(try await texts("SELECT name FROM products") == ["GenX Delay"])
        let run = try await Run.latchkey(["catalog", "apply", file])
        #expect(run.output == "shop: unchanged\nproduct genx-delay: updated name, price\n", "\(run.remarks)")
    }

    @Test(
        "a price that changed under its ID is refused, with its line and advice",
        arguments: [("4900", "5900", "unit_amount"), ("\"usd\"", "\"eur\"", "currency")])
    func changedPrice(old: String, new: String, member: String) async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        let folder = try TemporaryFolder()
        let file = try folder.write("catalog.json", try demo.replacingOnce(old, with: new))
        let run = try await Run.latchkey(["catalog", "apply", file])
        #expect(run.exitCode == 1)
        #expect(
            run.remarks.hasPrefix(
                "latchkey: catalog.json:16: products.0.prices.0.\(member) cannot change: price_genx_delay is 49.00 USD")
        )
        #expect(run.remarks.contains("Make a new price at Stripe"))
    }

    @Test("a key prefix that cannot change is told with its line")
    func prefix() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        let folder = try TemporaryFolder()
        let rival = try folder.write("rival.json", try demo.replacingOnce(#""genx-delay""#, with: #""rival""#))
        let run = try await Run.latchkey(["catalog", "apply", rival])
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("rival.json:12: products.0.key_prefix reads like that of the unlisted product"))
        try await sellLicense()
        let other = try folder.write("other.json", try demo.replacingOnce(#""GENX""#, with: #""GX""#))
        let refused = try await Run.latchkey(["catalog", "apply", other])
        #expect(refused.exitCode == 1)
        #expect(refused.remarks.contains("other.json:12: products.0.key_prefix cannot change from GENX"))
    }

    @Test("without migrations the fault is the database's")
    func unmigrated() async throws {
        let run = try await Run.latchkey(["catalog", "apply", demoCatalog])
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("42P01"))
    }
}

@Suite("Catalog files")
struct CatalogFileTests {
    @Test(
        "a fault is told with its line, its part and what is expected",
        arguments: [
            (
                #""download_days": 7"#, #""download_day": 7"#,
                "15: products.0.download_day is not known; did you mean download_days?"
            ),
            (
                #""automatic_tax": false"#, #""automatic_tax": "no""#,
                "19: products.0.checkout.automatic_tax must be true or false"
            ),
            (#""activation_limit": 3,"#, "", "8: products.0.activation_limit is missing"),
            (
                #""activation_limit": 3"#, #""activation_limit": 3.5"#,
                "13: products.0.activation_limit must be a whole number"
            ),
            (
                #""activation_limit": 3"#, #""activation_limit": "3""#,
                "13: products.0.activation_limit must be a whole number"
            ),
            (
                #""activation_limit": 3"#, #""activation_limit": null"#,
                "13: products.0.activation_limit must be a whole number"
            ),
            (
                #""activation_limit": 3"#, #""activation_limit": 0"#,
                "13: products.0.activation_limit must be from 1 to 10000"
            ),
            (
                #""download_limit": 20"#, #""download_limit": 20000"#,
                "14: products.0.download_limit must be from 1 to 10000"
            ),
            (#""download_days": 7"#, #""download_days": 366"#, "15: products.0.download_days must be from 1 to 365"),
            (#""genx-delay""#, #""GenX-Delay""#, "9: products.0.slug must be 1 to 64 lower-case letters"),
            (#""genx-delay""#, #""genx--delay""#, "9: products.0.slug must be 1 to 64 lower-case letters"),
            (#""genx-delay""#, "7", "9: products.0.slug must be a text in double quotes"),
            (#""GENX""#, #""G-X""#, "12: products.0.key_prefix must be 2 to 8 upper-case letters and digits"),
            (#""GENX""#, #""genx""#, "12: products.0.key_prefix must be 2 to 8 upper-case letters and digits"),
            (#""usd""#, #""dollar""#, "16: products.0.prices.0.currency must be three lower-case letters"),
            ("4900", "-1", "16: products.0.prices.0.unit_amount must be from 0 to 99999999"),
            ("4900", "100000000", "16: products.0.prices.0.unit_amount must be from 0 to 99999999"),
            (#""price_genx_delay""#, #""prod_genx""#, "16: products.0.prices.0.id must be the ID of a price"),
            (
                #""active": true"#, #""active": false"#,
                "16: products.0.prices must have exactly one active price, and has 0"
            ),
            (#""support@genx.example""#, #""support""#, "4: shop.support_email is no e-mail address"),
            (#""GenX Audio <orders@genx.example>""#, #""GenX Audio""#, "5: shop.sender must be «Name <address>»"),
            (#""GenX Audio""#, #"" GenX""#, "3: shop.name must be 1 to 100 characters"),
            (#""GenX Delay""#, #""GenX\nDelay""#, "10: products.0.name must be 1 to 100 characters"),
            (#""shop": {"#, #""shop": 7, "x": {"#, "2: x is not known"),
            (#""products": ["#, #""products": {"a":["#, "26: the file ends too early"),
        ])
    func faults(old: String, new: String, message: String) async throws {
        let demo = try String(contentsOfFile: demoCatalog, encoding: .utf8)
        let folder = try TemporaryFolder()
        let file = try folder.write("catalog.json", try demo.replacingOnce(old, with: new))
        let run = try await Run.latchkey(
            ["catalog", "apply", file], ["DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"])
        #expect(run.exitCode == 1)
        #expect(run.remarks.hasPrefix("latchkey: catalog.json:" + message), "\(run.remarks)")
        #expect(run.output.isEmpty)
    }

    @Test("all that is wrong is told together")
    func together() async throws {
        let demo = try String(contentsOfFile: demoCatalog, encoding: .utf8)
        let folder = try TemporaryFolder()
        let text = try demo.replacingOnce("4900", with: "-1").replacingOnce(#""GENX""#, with: #""G""#)
        let file = try folder.write("catalog.json", text)
        let run = try await Run.latchkey(["catalog", "apply", file])
        #expect(run.remarks.split(separator: "\n").count == 2)
    }

    @Test("a file that is not there, or not text, is named")
    func unreadable() async throws {
        let run = try await Run.latchkey(["catalog", "apply", "/nowhere/catalog.json"])
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: there is no file /nowhere/catalog.json\n")
    }
}
