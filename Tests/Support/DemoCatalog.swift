import CatalogPlans
import FoundationEssentials
import Kernel

/// The path of the demo catalog.
package let demoCatalog = repositoryRoot + "/infra/local/catalog.json"

/// Migrates the current test's database and applies the demo catalog to it.
package func applyDemoCatalog() async throws {
    try await prepareDatabase()
    let file = try CatalogFile(CatalogDocument(String(contentsOfFile: demoCatalog, encoding: .utf8)))
    _ = try await withConnection { connection in
        try await CatalogApplying(connection, clock: WallClock { testNow })(file, dryRun: false)
    }
}

/// Changes to the demo catalog's text.
package enum DemoCatalog {
    /// The same product under another name and at another price.
    package static func otherNameAndPrice(_ text: String) throws -> String {
        try text.replacingOnce(#""GenX Delay""#, with: #""GenX Delay 2""#).replacingOnce(
            #"[{ "id": "price_genx_delay", "unit_amount": 4900, "currency": "usd", "active": true }]"#,
            with: #"[{ "id": "price_new", "unit_amount": 5900, "currency": "usd" }]"#)
    }

    /// Another product instead.
    package static func otherProduct(_ text: String) throws -> String {
        try text.replacingOnce(#""genx-delay""#, with: #""genx-echo""#).replacingOnce(#""GENX""#, with: #""ECHO""#)
            .replacingOnce(#""price_genx_delay""#, with: #""price_echo""#)
    }
}

/// Sells one license of the only product, by rows alone.
package func sellLicense() async throws {
    try await execute(
        script: """
            INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at)
            SELECT gen_random_uuid(), id, 'paid', 'usd', 1, false, now() FROM shops;
            INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
                SELECT o.id, 1, p.id, 1, 1, o.amount_total FROM orders o, products p;
            INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
            SELECT gen_random_uuid(), o.id, p.id, 'active', 1, sha256('x'), 'ABCD', now() FROM orders o, products p;
            """)
}

/// A text that a test expects once in a document and that is not there, or more often.
package struct NotOnce: Error {
    package let text: String
}

extension String {
    /// Returns the text with the only occurrence of `old` replaced.
    package func replacingOnce(_ old: String, with new: String) throws -> String {
        let parts = split(separator: old, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw NotOnce(text: old) }
        return parts.joined(separator: new)
    }
}
