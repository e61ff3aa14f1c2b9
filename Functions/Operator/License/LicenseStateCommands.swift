import Audit
import EventLoop
import JSON
import Kernel
import Licensing
import Orders
import Postgres

extension Command {
    /// Revokes a license by hand.
    static let licenseRevoke = Command(
        name: "license revoke",
        summary: "revoke a license until it is reinstated",
        details: """
            Ends the license's access: its key, its machines, and the downloads of an order without another license.
            No event from Stripe restores it. No mail is sent and no money is refunded.
            """,
        operands: [.license],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [#"latchkey license revoke AJ9C --reason "key posted in a forum""#],
        failure: "there is no such license, or the database failed; nothing was changed"
    ) { invocation throws(CommandFault) in
        try await invocation.change { changing, license throws(LicenseChangeFault) in
            try await changing.revoke(license)
        }
    }

    /// Reinstates a license that was revoked by hand.
    static let licenseReinstate = Command(
        name: "license reinstate",
        summary: "reinstate a license that was revoked by hand",
        details: """
            Gives a license that was revoked by hand the status that its order implies: active, or suspended while a
            dispute is open. It stays revoked if the order was refunded, or lost to a dispute. No mail is sent.
            """,
        operands: [.license],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [#"latchkey license reinstate AJ9C --reason "closed by mistake""#],
        failure: "there is no such license, or its order was refunded or lost; nothing was changed"
    ) { invocation throws(CommandFault) in
        try await invocation.change { changing, license throws(LicenseChangeFault) in
            try await changing.reinstate(license)
        }
    }
}

extension Invocation {
    /// Changes the license that the first operand refers to, and writes the output.
    @Loop
    fileprivate func change(
        _ body:
            @escaping @Loop @Sendable (LicenseChanging, LicenseDetail) async throws(LicenseChangeFault) ->
            LicenseTransition
    ) async throws(CommandFault) {
        let (word, context, reference) = (arguments.operands[0], try auditContext(), try licenseReference())
        let answer = try await withDatabase(environment) { connection throws(CommandFault) in
            let license = try await oneLicense(reference, typed: word, connection)
            let transition = try await mapError(
                { (fault: LicenseChangeFault) in CommandFault(fault, of: license) },
                await body(LicenseChanging(audited(connection, by: context)), license))
            return StateAnswer(license: license, transition: transition)
        }
        try showChange(answer.lines, answer.members, hasChanged: answer.transition.hasChanged)
    }
}

/// The output: a license after a change of its status.
private struct StateAnswer {
    let license: LicenseDetail
    let transition: LicenseTransition

    var lines: [String] {
        guard transition.hasChanged else {
            return ["license \(license.id) is \(license.statusText) already; nothing to do"]
        }
        let (previous, status) = (transition.previous.rawValue, transition.status.rawValue)
        return ["license \(license.id) (\(license.maskedKey)): \(previous) → \(status)"]
    }

    var members: [(String, JSONValue)] {
        [
            ("license", .string(license.id.description)), ("last4", license.lastFour.map(JSONValue.string) ?? .null),
            ("order", .string(license.order.description)), ("previous_status", .string(transition.previous.rawValue)),
            ("status", .string(transition.status.rawValue)),
        ]
    }
}
