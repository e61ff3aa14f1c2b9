import Catalog
import EventLoop
import Kernel
import Postgres

/// Makes the stored catalog what a file says, in one transaction.
@Loop
struct CatalogApply {
    let connection: Connection
    let file: CatalogFile
    let clock: WallClock

    /// Compares and, unless it is a dry run, writes.
    ///
    /// - Throws: a fault of the database; what the file may not change is an answer.
    func callAsFunction(isDryRun: Bool) async throws(PostgresFault) -> Result<CatalogPlan, CatalogFaults> {
        try await connection.transaction { connection throws(PostgresFault) in
            if !isDryRun { _ = try await connection.run(CatalogApplyStatements.lock) }
            let stored = StoredCatalog(
                shop: try await connection.run(CatalogApplyStatements.shop),
                products: try await connection.run(CatalogApplyStatements.products),
                prices: try await connection.run(CatalogApplyStatements.prices))
            let plan: CatalogPlan
            do throws(CatalogFaults) {
                plan = try CatalogPlan(file, over: stored, at: clock.now())
            } catch {
                return .failure(error)
            }
            if !isDryRun { for write in plan.writes { _ = try await connection.run(write.statement) } }
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
