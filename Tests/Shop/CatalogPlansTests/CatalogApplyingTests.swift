import Catalog
import CatalogPlans
import FoundationEssentials
import Kernel
import Postgres
import Support
import Testing

@Suite("Applying a catalog", .freshDatabase)
struct CatalogApplyingTests {
    private let demo: String

    init() throws { demo = try String(contentsOfFile: demoCatalog, encoding: .utf8) }

    @Test("the demo catalog is created once; applied again it changes nothing and keeps the IDs")
    func twice() async throws {
        try await prepareDatabase()
        let first = try await apply(demo)
        #expect(first.shop == .created)
        #expect(changes(first) == ["genx-delay": .created])
        let ids = try await ids()
        #expect(ids.count == 3)
        let again = try await apply(demo)
        #expect(again.shop == .unchanged)
        #expect(changes(again) == ["genx-delay": .unchanged])
        #expect(try await self.ids() == ids)
    }

    @Test("every column holds what the file says")
    func columns() async throws {
        try await prepareDatabase()
        try await apply(demo)
        let rows = try await texts(
            """
            SELECT concat_ws('|', s.name, s.support_email, s.sender, p.slug, p.name, p.description, p.key_prefix,
                p.activation_limit, p.download_limit, p.download_days, p.allow_promotion_codes, p.automatic_tax,
                p.terms_consent, p.invoice_creation, p.active, r.stripe_price_id, r.unit_amount, r.currency, r.active)
            FROM shops s JOIN products p ON p.shop_id = s.id JOIN prices r ON r.product_id = p.id
            """)
        #expect(
            rows == [
                "GenX Audio|support@genx.example|GenX Audio <orders@genx.example>|genx-delay|GenX Delay|"
                    + "A delay plugin (VST3) for Windows, macOS and Linux|GENX|3|20|7|t|f|f|f|t|price_genx_delay|4900|usd|t"
            ])
    }

    @Test("what changed is told by name, and a dry run tells the same and changes nothing")
    func changes() async throws {
        try await prepareDatabase()
        try await apply(demo)
        let text = try DemoCatalog.otherNameAndPrice(demo)
        let dry = try await apply(text, dryRun: true)
        #expect(dry.shop == .unchanged)
        #expect(changes(dry) == ["genx-delay": .updated(["name", "price"])])
        #expect(try await texts("SELECT name FROM products") == ["GenX Delay"])
        #expect(changes(try await apply(text)) == changes(dry))
        #expect(
            try await texts("SELECT stripe_price_id || ' ' || active FROM prices ORDER BY 1")
                == ["price_genx_delay false", "price_new true"])
        #expect(changes(try await apply(demo)) == changes(dry))
        #expect(
            try await texts("SELECT stripe_price_id || ' ' || active FROM prices ORDER BY 1")
                == ["price_genx_delay true", "price_new false"])
    }

    @Test("a product that is not listed is not sold any more, and is sold again when it is listed again")
    func unlisted() async throws {
        try await prepareDatabase()
        try await apply(demo)
        let text = try DemoCatalog.otherProduct(demo)
        #expect(changes(try await apply(text)) == ["genx-echo": .created, "genx-delay": .deactivated])
        #expect(
            try await texts(
                "SELECT p.slug || p.active || r.active FROM products p JOIN prices r ON r.product_id = p.id ORDER BY 1")
                == ["genx-delayfalsefalse", "genx-echotruetrue"])
        #expect(changes(try await apply(text)) == ["genx-echo": .unchanged])
        #expect(changes(try await apply(demo))["genx-delay"] == .updated(["active", "price"]))
    }

    @Test(
        "a price that changed under its ID is refused with what it was",
        arguments: [("4900", "5900", "unit_amount"), ("\"usd\"", "\"eur\"", "currency")])
    func changedPrice(old: String, new: String, member: String) async throws {
        try await prepareDatabase()
        try await apply(demo)
        let price = Money(minorUnits: 4900, currency: try #require(Currency("usd")))
        #expect(
            try await refusal(demo.replacingOnce(old, with: new))
                == CatalogFault(
                    "products.0.prices.0.\(member)", .priceChanged(id: "price_genx_delay", from: price)))
    }

    @Test("a key prefix cannot change once keys are sold, nor be that of an unlisted product")
    func prefix() async throws {
        try await prepareDatabase()
        try await apply(demo)
        let other = try demo.replacingOnce(#""GENX""#, with: #""GX""#)
        #expect(changes(try await apply(other)) == ["genx-delay": .updated(["key_prefix"])])
        try await apply(demo)
        try await sellLicense()
        #expect(try await refusal(other) == CatalogFault("products.0.key_prefix", .soldPrefix("GENX")))
        let rival = try demo.replacingOnce(#""genx-delay""#, with: #""rival""#)
            .replacingOnce(#""price_genx_delay""#, with: #""price_rival""#)
        #expect(
            try await refusal(rival)
                == CatalogFault("products.0.key_prefix", .prefixOfUnlisted(product: "genx-delay")))
    }

    @Test("several at once are one after the other")
    func atOnce() async throws {
        try await prepareDatabase()
        let plans = try await withThrowingTaskGroup(of: CatalogPlan.self) { group in
            for _ in 0..<8 { group.addTask { try await apply(demo) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(plans.filter { $0.shop == .created }.count == 1)
        #expect(plans.filter { $0.writes.isEmpty }.count == 7)
    }

    @Test("without migrations the fault is the database's and nothing is half done")
    func unmigrated() async throws {
        let fault = await #expect(throws: CatalogApplyFault.self) { try await apply(demo) }
        guard case .database(.server("42P01", _, _)) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(try await numbers("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [0])
    }

    @discardableResult
    private func apply(_ text: String, dryRun: Bool = false) async throws -> CatalogPlan {
        let file = try CatalogFile(CatalogDocument(text))
        return try await withConnection { connection in
            try await CatalogApplying(connection, clock: WallClock { testNow })(file, dryRun: dryRun)
        }
    }

    /// Applies a catalog and returns the only reason why it was refused.
    private func refusal(_ text: String) async throws -> CatalogFault? {
        do {
            try await apply(text)
            return nil
        } catch let fault as CatalogApplyFault {
            guard case .refused(let faults) = fault, faults.faults.count == 1 else { throw fault }
            return faults.faults[0]
        }
    }

    private func changes(_ plan: CatalogPlan) -> [String: CatalogChange] {
        Dictionary(uniqueKeysWithValues: plan.products.map { ($0.slug, $0.change) })
    }

    private func ids() async throws -> [String] {
        try await texts(
            "SELECT id::text FROM shops UNION ALL SELECT id::text FROM products UNION ALL SELECT id::text FROM prices")
    }
}
