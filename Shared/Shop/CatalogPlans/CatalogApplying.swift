import Catalog
package import EventLoop
package import Kernel
package import Postgres

/// Why a catalog was not applied; nothing was changed.
package enum CatalogApplyFault: Error, Equatable, Sendable {
    /// It would break existing sales.
    case refused(CatalogFaults)
    case database(PostgresFault)
}

/// Makes the stored catalog equal to a file, in one transaction.
@Loop
package struct CatalogApplying {
    private let connection: Connection
    private let clock: WallClock

    /// Creates the use case on one connection.
    package init(_ connection: Connection, clock: WallClock) {
        self.connection = connection
        self.clock = clock
    }

    /// Compares `file` with the stored catalog and returns the difference; writes it unless it is a dry run.
    package func callAsFunction(_ file: CatalogFile, dryRun: Bool) async throws(CatalogApplyFault) -> CatalogPlan {
        let result = try await mapError(CatalogApplyFault.database, await apply(file, dryRun: dryRun))
        do { return try result.get() } catch { throw .refused(error) }
    }

    private func apply(
        _ file: CatalogFile, dryRun: Bool
    ) async throws(PostgresFault) -> Result<CatalogPlan, CatalogFaults> {
        try await connection.transaction { connection throws(PostgresFault) in
            if !dryRun { _ = try await connection.run(CatalogApplyStatements.lock) }
            let stored = StoredCatalog(
                shop: try await connection.run(CatalogApplyStatements.shop),
                products: try await connection.run(CatalogApplyStatements.products),
                prices: try await connection.run(CatalogApplyStatements.prices))
            let plan: CatalogPlan
            do throws(CatalogFaults) {
                plan = try CatalogPlan(file, over: stored, at: clock.now())
            } catch { return .failure(error) }
            if !dryRun { for write in plan.writes { _ = try await connection.run(write.statement) } }
            return .success(plan)
        }
    }
}

extension CatalogWrite {
    fileprivate var statement: Statement<Int> {
        switch self {
        case .shop(let id, let record): CatalogApplyStatements.put(id, record)
        case .product(let id, let shop, let record): CatalogApplyStatements.put(id, of: shop, record)
        case .price(let id, let product, let record): CatalogApplyStatements.put(id, of: product, record)
        }
    }
}
