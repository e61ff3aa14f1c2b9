import Audit
import EventLoop
import JSON
import Kernel
import Licensing
import Orders
import Postgres

extension Command {
    /// Closes a license by hand.
    static let licenseRevoke = Command(
        name: "license revoke",
        summary: "close a license by hand, for good until it is reinstated",
        details: """
            Closes the license, and with it every door: the key, its machines, downloads of an order without another
            license. Nothing that Stripe says of the order opens it again. No mail is sent and no money goes back.
            """,
        operands: [.license],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [#"latchkey license revoke AJ9C --reason "key posted in a forum""#],
        failure: "there is no such license, or the database did not answer; nothing was changed"
    ) { invocation throws(CommandFault) in
        try await invocation.change { license, stamp in LicenseChangeStatements.revoke(license, by: stamp) }
    }

    /// Opens a license again that was closed by hand.
    static let licenseReinstate = Command(
        name: "license reinstate",
        summary: "take back that a license was closed by hand",
        details: """
            Gives a license that was closed by hand the state that its order's gives it: active, or suspended while a
            dispute is open. A license of an order that was refunded, or lost to a dispute, stays closed. No mail is sent.
            """,
        operands: [.license],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [#"latchkey license reinstate AJ9C --reason "closed by mistake""#],
        failure: "there is no such license, or its order's money went back; nothing was changed"
    ) { invocation throws(CommandFault) in
        try await invocation.change { license, stamp in LicenseChangeStatements.reinstate(license, by: stamp) }
    }
}

extension Invocation {
    /// Changes the license that the first operand means, under the lock of its order's payment.
    @Loop
    fileprivate func change(
        _ statement: @escaping @Sendable (LicenseID, AuditContext) -> Statement<LicenseChange>
    ) async throws(CommandFault) {
        let (word, stamp, reference) = (arguments.operands[0], try stamp(), try licenseReference())
        let (license, change) = try await withDatabase(environment) { connection throws(CommandFault) in
            let license = try await oneLicense(reference, typed: word, connection)
            let change = try await mapError(
                CommandFault.database,
                await changing(connection, isDryRun: isDryRun) { connection throws(PostgresFault) in
                    try await connection.run(
                        PaymentStatements.lock(paymentOf: license.order), statement(license.id, stamp)
                    ).1
                })
            return (license, change)
        }
        let answer = try StateAnswer(license, change)
        try showChange(answer.lines, answer.members, hasChanged: answer.hasChanged)
    }
}

/// What became of a license.
private struct StateAnswer {
    let license: LicenseDetail
    let previous: LicenseStatus
    let status: LicenseStatus
    let hasChanged: Bool

    /// - Throws: why it may not be changed.
    init(_ license: LicenseDetail, _ change: LicenseChange) throws(CommandFault) {
        self.license = license
        switch change {
        case .changed(let from, let to): (previous, status, hasChanged) = (from, to, true)
        case .unchanged(let now, nil) where now != .active:
            throw .failed("license \(license.id) is not closed by hand: it is \(license.statusText)")
        case .unchanged(let now, _): (previous, status, hasChanged) = (now, now, false)
        case .refused(let order):
            throw .failed("license \(license.id) stays closed: order \(license.order), \(order.whyClosed)")
        case .noLicense: throw .failed("no license \(license.id)")
        }
    }

    var lines: [String] {
        guard hasChanged else { return ["license \(license.id) is \(license.statusText) already; nothing to do"] }
        return ["license \(license.id) (\(license.maskedKey)): \(previous.rawValue) → \(status.rawValue)"]
    }

    var members: [(String, JSONValue)] {
        [
            ("license", .string(license.id.description)), ("last4", .string(license.lastFour)),
            ("order", .string(license.order.description)), ("previous_status", .string(previous.rawValue)),
            ("status", .string(status.rawValue)),
        ]
    }
}
