import Audit
import Crypto
import EventLoop
import JSON
import Kernel
import Licensing
import Orders
import Postgres
import Settings

extension Command {
    /// Gives a license another key.
    static let licenseReissue = Command(
        name: "license reissue",
        summary: "give a license another key, and mail it to the buyer",
        details: """
            Puts another key in the old one's place, derived with the current license secret. The old key stops working at
            once, and so do its machines' activations and the download links sent so far; a mail with the new key and a
            fresh link goes out within a minute. Only a license that is active can be given another key.
            """,
        operands: [.license],
        options: [.reason, .dryRun, .json],
        settings: [
            .databaseURL, .operatorName,
            Setting(name: "LICENSE_SECRETS", help: "needed; \(VersionedSecrets.expected)"),
            Setting(name: "KEY_PEPPER", help: "needed; base64 of at least 32 bytes"),
        ],
        examples: [#"latchkey license reissue AJ9C --reason "key posted in a forum""#],
        failure: "there is no such license, or it is not active; nothing was changed"
    ) { invocation throws(CommandFault) in
        let (word, context) = (invocation.arguments.operands[0], try invocation.auditContext())
        let reference = try invocation.licenseReference()
        let keys: KeyRing = try invocation.setting { KeyRing(&$0) }
        let answer = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let license = try await oneLicense(reference, typed: word, connection)
            let changing = LicenseChanging(invocation.audited(connection, by: context))
            let (key, reissue) = try await mapError(
                { (fault: LicenseChangeFault) in CommandFault(fault, of: license) },
                await changing.reissue(license, with: keys))
            return ReissueAnswer(license: license, key: key, reissue: reissue)
        }
        try invocation.showChange(answer.lines, answer.members)
    }
}

/// A license with its new key.
private struct ReissueAnswer {
    let license: LicenseDetail
    let key: NewKey
    let reissue: Reissue

    var lines: [String] {
        let mail = license.email.flatMap { reissue.hasMail ? "goes to \($0)" : nil } ?? "none: the order has no address"
        return ["license \(license.id): …-\(license.lastFour) → …-\(key.lastFour)"]
            + aligned([
                ["mail", mail], ["machines", "\(reissue.released) to be activated again"],
                ["links", "\(reissue.revokedLinks) stopped working"],
            ])
    }

    var members: [(String, JSONValue)] {
        [
            ("license", .string(license.id.description)), ("order", .string(license.order.description)),
            ("previous_last4", .string(license.lastFour)), ("last4", .string(key.lastFour)),
            ("key_version", .integer(Int64(key.version))), ("reissues", .integer(Int64(key.previousReissues + 1))),
            ("released", .integer(reissue.released)), ("revoked_links", .integer(reissue.revokedLinks)),
            ("mail", .bool(reissue.hasMail)),
        ]
    }
}
