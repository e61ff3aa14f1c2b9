import EventLoop
import Kernel
import Postgres
import Support
import Testing

/// A sale that is made again, as after a database was set back to the day before.
@Suite("A sale made again", .freshDatabase)
struct RebuiltSaleTests {
    private static let event = SessionEvent(
        amount: 3 * 4900, metadata: #"{"latchkey_product":"genx-delay","latchkey_quantity":"3"}"#)

    @Test("has the same keys, the same mail and the same order, and a link of its own")
    func sameKeys() async throws {
        try await withEventShop { shop in
            try await shop.deliver(RebuiltSaleTests.event.json)
            let (sold, grant) = (try await lasting(shop), try await shop.text("SELECT id::text FROM download_grants"))
            try await shop.run("TRUNCATE orders, webhook_events CASCADE")
            expectCounts(try await shop.counts(), Counts(customers: 1))
            var repeated = RebuiltSaleTests.event
            repeated.id = "evt_told_again"
            try await shop.deliver(repeated.json)
            #expect(try await lasting(shop) == sold)
            #expect(try await shop.text("SELECT id::text FROM download_grants") != grant)
        }
    }

    @Test("every unit of it has a key of its own, and another session has others")
    func distinct() async throws {
        try await withEventShop { shop in
            var other = RebuiltSaleTests.event
            (other.id, other.session, other.paymentIntent) = ("evt_2", "cs_test_a1b2c3d4e6", #""pi_2""#)
            for event in [RebuiltSaleTests.event, other] { try await shop.deliver(event.json) }
            #expect(try await shop.text("SELECT count(DISTINCT key_hash)::text FROM licenses") == "6")
            #expect(try await shop.text("SELECT count(DISTINCT id)::text FROM emails") == "2")
        }
    }

    /// What a buyer holds: order, licenses, their keys' hashes, the mail's Message-ID.
    @Loop
    private func lasting(_ shop: EventShop) async throws -> String {
        try await shop.text(
            """
            SELECT concat_ws(' ', (SELECT string_agg(id::text, ',') FROM orders),
                (SELECT string_agg(id::text || encode(key_hash, 'hex'), ',' ORDER BY id) FROM licenses),
                (SELECT string_agg(id::text, ',') FROM emails))
            """)
    }
}
