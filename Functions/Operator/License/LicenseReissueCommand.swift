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
    /// Replaces a license's key.
    static let licenseReissue = Command(
        name: "license reissue",
        summary: "replace a license's key and mail the new one to the buyer",
        details: """
            Replaces the key with one derived from the current license secret. The old key, its activations and all
            download links sent so far stop working at once; a mail with the new key and a fresh link is sent within a
            minute. The license must be active.
            """,
        operands: [.license],
        options: [.reason, .dryRun, .json],
        settings: [
            .databaseURL, .operatorName,
            Setting(name: "LICENSE_SECRETS", help: "needed; \(VersionedSecrets.expectedWithStarts)"),
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

/// The output: a license with its new key.
private struct ReissueAnswer {
    let license: LicenseDetail
    let key: NewKey
    let reissue: Reissue

    var lines: [String] {
        let mail = license.email.flatMap { reissue.hasMail ? "goes to \($0)" : nil } ?? "none: the order has no address"
        return ["license \(license.id): …-\(license.lastFour ?? "") → …-\(key.lastFour)"]
            + aligned([
                ["mail", mail], ["machines", "\(reissue.released) to be activated again"],
                ["links", "\(reissue.revokedLinks) stopped working"],
            ])
    }

    var members: [(String, JSONValue)] {
        [
            ("license", .string(license.id.description)), ("order", .string(license.order.description)),
            ("previous_last4", license.lastFour.map(JSONValue.string) ?? .null), ("last4", .string(key.lastFour)),
            ("key_version", .integer(Int64(key.version))), ("reissues", .integer(Int64(key.previousReissues + 1))),
            ("released", .integer(reissue.released)), ("revoked_links", .integer(reissue.revokedLinks)),
            ("mail", .bool(reissue.hasMail)),
        ]
    }
}
