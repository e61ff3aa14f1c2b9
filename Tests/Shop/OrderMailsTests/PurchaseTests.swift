import EventLoop
import Fulfilment
import Kernel
import Licensing
import OrderMails
import Orders
import Postgres
import Support
import Testing

@Suite("What mails about orders tell of", .freshDatabase)
struct PurchaseTests {
    @Test("a mail about a sale of two tells of its order and of what both keys are derived from")
    func sale() async throws {
        try await withFixture { fixture in
            let entitlement = fixture.entitlement(2)
            _ = try await fixture.apply(fixture.sale("cs_1", quantity: 2), entitlement, event: "evt_1")
            let purchases = try await fixture.pool.run(PurchaseStatements.purchases(of: [entitlement.email]))
            let origins = entitlement.licenses.map {
                KeyOrigin(license: $0.id, prefix: "GENX", version: 1, reissues: 0)
            }
            #expect(purchases.map { Set($0.1.lines.flatMap(\.keys).map(\.license)) } == [Set(origins.map(\.license))])
            #expect(purchases.first?.1.lines.first?.keys.first?.prefix == "GENX")
            #expect(purchases.first?.1.total.amount.minorUnits == 9800)
        }
    }

    @Test("a mail about an order whose licenses are closed has no license to tell of")
    func closed() async throws {
        try await withFixture { fixture in
            let entitlement = fixture.entitlement()
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            _ = try await fixture.pool.run(Statement<Int>.affected("UPDATE licenses SET status = 'revoked'"))
            let purchases = try await fixture.pool.run(PurchaseStatements.purchases(of: [entitlement.email]))
            #expect(purchases.map(\.0) == [entitlement.email])
            #expect(purchases.map { $0.1.lines.map(\.keys) } == [[[]]])
        }
    }
}
