package import Audit
package import EventLoop
import Kernel
package import Licensing
package import Postgres

/// Why a license was not changed.
package enum LicenseChangeFault: Error, Equatable, Sendable {
    /// There is no such license any more.
    case noLicense
    /// It is not active, so that it gets no other key.
    case notActive
    /// It was not revoked by hand, so that there is nothing to take back.
    case notHeld
    /// Its order's status closes it.
    case closed(OrderStatus)
    /// It changed since it was read.
    case changedMeanwhile
    /// Its next key cannot be derived.
    case underivable(KeyFault)
    case database(PostgresFault)
}

/// How a license's status changed.
package struct LicenseTransition: Equatable, Sendable {
    /// The status before.
    package let previous: LicenseStatus
    /// The status now.
    package let status: LicenseStatus
    /// Whether anything changed; a license that is revoked with its order can be revoked by hand too.
    package let hasChanged: Bool
}

/// Revokes, reinstates and reissues licenses by hand.
///
/// Each change takes the lock of the order's payment, so that it and a change by one of Stripe's events run one after
/// the other.
@Loop
package struct LicenseChanging {
    private let connection: AuditedConnection

    /// Makes its changes on `connection`.
    package init(_ connection: AuditedConnection) { self.connection = connection }

    /// Revokes `license` until it is reinstated, whatever happens to its order.
    package func revoke(_ license: LicenseDetail) async throws(LicenseChangeFault) -> LicenseTransition {
        try await change(license, LicenseChangeStatements.revoke(license.id, by: connection.context))
    }

    /// Gives `license` the status that its order determines.
    ///
    /// - Throws: `.notHeld` if it was not revoked by hand and is not active, `.closed` if its order's status closes it.
    package func reinstate(_ license: LicenseDetail) async throws(LicenseChangeFault) -> LicenseTransition {
        try await change(license, LicenseChangeStatements.reinstate(license.id, by: connection.context))
    }

    /// Gives `license` its next key, derived with the current secret, and queues a mail with it.
    package func reissue(
        _ license: LicenseDetail, with keys: KeyRing
    ) async throws(LicenseChangeFault) -> (NewKey, Reissue) {
        guard license.status == .active else { throw .notActive }
        let key: NewKey
        do { key = try keys.nextKey(of: license, at: connection.context.at) } catch { throw .underivable(error) }
        let mail = EmailID(at: connection.context.at)
        let reissue = try await run(
            license, LicenseChangeStatements.reissue(license.id, key, mail: mail, by: connection.context))
        guard let reissue else { throw .changedMeanwhile }
        return (key, reissue)
    }

    private func change(
        _ license: LicenseDetail, _ statement: Statement<LicenseChange>
    ) async throws(LicenseChangeFault) -> LicenseTransition {
        switch try await run(license, statement) {
        case .changed(let previous, let status):
            return LicenseTransition(previous: previous, status: status, hasChanged: true)
        case .unchanged(let status, nil) where status != .active: throw .notHeld
        case .unchanged(let status, _):
            return LicenseTransition(previous: status, status: status, hasChanged: false)
        case .refused(let order): throw .closed(order)
        case .noLicense: throw .noLicense
        }
    }

    private func run<Output>(
        _ license: LicenseDetail, _ statement: Statement<Output>
    ) async throws(LicenseChangeFault) -> Output {
        try await mapError(
            LicenseChangeFault.database,
            await connection.transaction { connection throws(PostgresFault) in
                try await connection.run(PaymentStatements.lock(paymentOf: license.order), statement).1
            })
    }
}
