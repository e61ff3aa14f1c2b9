import Audit
import JSON
import Kernel
import Licensing
import Orders

extension LicenseReport {
    /// The text output.
    var lines: [String] {
        let active = activations.count { $0.deactivatedAt == nil }
        let reissues = license.reissues == 0 ? "" : ", reissued \(license.reissues)×"
        let facts = [
            ["key", license.maskedKey], ["status", license.statusText],
            ["product", "\(license.productName)  \(license.product)"],
            ["order", "\(license.orderName)  \(license.orderStatus.rawValue)"], ["buyer", license.email ?? "–"],
            ["issued", license.createdAt.toTheSecond],
            ["version", license.keyVersion.map { "\($0)\(reissues)" } ?? "–"],
            ["machines", "\(active) of \(license.activationLimit)"],
        ]
        return ["License \(license.id)"] + aligned(facts) + section("Machines", activations.map(row))
            + section("History", history.map(\.historyCells))
    }

    private func section(_ title: String, _ rows: [[String]]) -> [String] {
        rows.isEmpty ? [] : ["", title] + aligned(rows)
    }

    private func row(_ activation: LicenseActivation) -> [String] {
        [
            activation.machine.isEmpty ? "–" : activation.machine, "since \(activation.createdAt.toTheSecond)",
            activation.deactivatedAt.map { "until \($0.toTheSecond)" } ?? "",
        ]
    }

    /// The JSON output.
    var document: JSONValue {
        .object([
            ("id", .string(license.id.description)), ("last4", license.lastFour.map(JSONValue.string) ?? .null),
            ("status", .string(license.status.rawValue)), ("held_at", time(license.heldAt)),
            ("product", .string(license.product)), ("order", .string(license.order.description)),
            ("order_number", license.orderNumber.member),

            ("order_status", .string(license.orderStatus.rawValue)),
            ("email", license.email.map(JSONValue.string) ?? .null), ("created_at", time(license.createdAt)),
            ("key_version", license.keyVersion.map { .integer(Int64($0)) } ?? .null),
            ("reissues", .integer(Int64(license.reissues))),
            ("activation_limit", .integer(Int64(license.activationLimit))),
            ("activations", .array(activations.map(object))), ("history", .array(history.map(\.document))),
        ])
    }

    private func object(_ activation: LicenseActivation) -> JSONValue {
        .object([
            ("machine", .string(activation.machine)), ("created_at", time(activation.createdAt)),
            ("deactivated_at", time(activation.deactivatedAt)),
        ])
    }

    private func time(_ instant: Instant?) -> JSONValue {
        instant.map { .string(CivilTime($0).rfc3339) } ?? .null
    }
}
