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
        try await invocation.change { changing, license throws(LicenseChangeFault) in
            try await changing.revoke(license)
        }
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
        try await invocation.change { changing, license throws(LicenseChangeFault) in
            try await changing.reinstate(license)
        }
    }
}

extension Invocation {
    /// Changes the license that the first operand refers to, and shows the change.
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

/// A license after a change of its status.
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
            ("license", .string(license.id.description)), ("last4", .string(license.lastFour)),
            ("order", .string(license.order.description)), ("previous_status", .string(transition.previous.rawValue)),
            ("status", .string(transition.status.rawValue)),
        ]
    }
}
