package import Catalog
import Downloads
package import EventLoop
package import Kernel
package import Outbox
package import Postgres

/// Renders order mails: reads their purchases, creates the grants of their links, fills the templates.
@Loop
package struct OrderMails: EmailRendering {
    private let pool: Pool
    private let catalog: CatalogCache
    private let renderer: EmailRenderer
    private let clock: WallClock

    /// Creates the renderer of the outbox's order mails.
    package init(pool: Pool, catalog: CatalogCache, renderer: EmailRenderer, clock: WallClock = .system) {
        self.pool = pool
        self.catalog = catalog
        self.renderer = renderer
        self.clock = clock
    }

    /// All kinds of order mails.
    package nonisolated var kinds: Set<EmailKind> { Set(OrderMailKind.all.map(\.kind)) }

    /// Renders `email`; its grants must already be stored.
    package func render(_ email: OrderEmail, _ catalog: Catalog) -> RenderedEmail {
        do throws(RenderingFault) {
            return .message(try renderer.message(email, catalog))
        } catch { return .failed(error.description) }
    }

    /// Reads the purchases of the mails, stores grants for their links, and renders them.
    package func render(_ jobs: [EmailJob]) async throws(PostgresFault) -> [EmailID: RenderedEmail] {
        let now = clock.now()
        let purchases = Dictionary(
            grouping: try await pool.run(PurchaseStatements.purchases(of: jobs.map(\.id))), by: \.0)
        let products = purchases.values.joined().flatMap(\.1.lines).compactMap(\.product)
        let catalog = try await catalog.catalog { known in products.allSatisfy { known.product($0) != nil } }
        let emails = jobs.compactMap { email($0, purchases[$0.id, default: []].map(\.1), catalog, at: now) }
        let grants = emails.flatMap(\.grants)
        if !grants.isEmpty { _ = try await pool.run(GrantStatements.issue(grants, at: now)) }
        return Dictionary(
            uniqueKeysWithValues: emails.map { ($0.job.id, $0.purchases.isEmpty ? .outdated : render($0, catalog)) })
    }

    /// Returns the mail of an outbox row, with the purchases it still applies to.
    private func email(
        _ job: EmailJob, _ purchases: [Purchase], _ catalog: Catalog, at now: Instant
    ) -> OrderEmail? {
        guard let recipient = job.recipient else { return nil }
        let kind = OrderMailKind.all.first { $0.kind == job.kind }
        let told = purchases.filter { kind?.isTrue($0) ?? true }.map { purchase in
            (purchase, kind?.carriesKeys ?? false ? grants(of: purchase, catalog, at: now) : [:])
        }
        return OrderEmail(job: job, recipient: recipient, purchases: told)
    }

    /// Creates the grants of the lines that have an active license.
    private func grants(of purchase: Purchase, _ catalog: Catalog, at now: Instant) -> [Int: Grant] {
        var grants: [Int: Grant] = [:]
        for line in purchase.lines where line.activeLicenses > 0 {
            grants[line.position] = line.product.flatMap { catalog.product($0) }?.newGrant(at: now)
        }
        return grants
    }
}
