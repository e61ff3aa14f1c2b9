import Catalog
import CatalogPlans
import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Catalog plans", .freshDatabase)
struct CatalogPlanTests {
    private func file(price: String = "price_a", amount: Int = 100, prefix: String = "AAA") throws -> CatalogFile {
        try CatalogFile(
            CatalogDocument(
                """
                {"shop": {"name": "S", "support_email": "a@b.example", "sender": "a@b.example"}, "products": [
                {"slug": "a", "name": "A", "key_prefix": "\(prefix)", "activation_limit": 1, "download_limit": 1,
                "download_days": 1, "prices": [{"id": "\(price)", "unit_amount": \(amount), "currency": "usd"}]}]}
                """))
    }

    private func applying<Output: Sendable>(
        _ body: @escaping @Loop @Sendable (CatalogApplying) async throws -> Output
    ) async throws -> Output {
        let settings = try testDatabase()
        try await migrate(settings)
        return try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            return try await body(CatalogApplying(connection, clock: WallClock { Instant(unixSeconds: 1_795_201_140) }))
        }
    }

    @Test("a dry run returns the plan of the run that follows, which leaves nothing to do")
    func dryRun() async throws {
        let file = try file()
        let plans = try await applying { applying in
            [
                try await applying(file, dryRun: true), try await applying(file, dryRun: false),
                try await applying(file, dryRun: false),
            ]
        }
        #expect(plans.map(\.shop) == [.created, .created, .unchanged])
        #expect(plans.map { $0.products.map(\.change) } == [[.created], [.created], [.unchanged]])
        #expect(plans.map(\.writes.count) == [3, 3, 0])
    }

    @Test("the old price ends before the new one begins")
    func newPrice() async throws {
        let (file, other) = (try file(), try file(price: "price_b"))
        let plan = try await applying { applying in
            _ = try await applying(file, dryRun: false)
            return try await applying(other, dryRun: false)
        }
        #expect(plan.products.map(\.change) == [.updated(["price"])])
        let active = plan.writes.compactMap { write in
            if case .price(_, _, let record) = write { "\(record.stripeID) \(record.isActive)" } else { nil }
        }
        #expect(active == ["price_a false", "price_b true"])
    }

    @Test("a price that changed under its ID is refused with what it was, and nothing is written")
    func changedPrice() async throws {
        let (file, other) = (try file(), try file(amount: 200, prefix: "BBB"))
        let usd = try #require(Currency("usd"))
        let fault = CatalogFault(
            "products.0.prices.0.unit_amount", .priceChanged(id: "price_a", from: Money(minorUnits: 100, currency: usd))
        )
        let again = try await applying { applying in
            _ = try await applying(file, dryRun: false)
            await #expect(throws: CatalogApplyFault.refused(CatalogFaults([fault]))) {
                try await applying(other, dryRun: false)
            }
            return try await applying(file, dryRun: false)
        }
        #expect(again.writes.isEmpty)
    }
}
