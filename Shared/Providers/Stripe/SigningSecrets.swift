internal import Crypto
package import Kernel

/// The secrets with which Stripe signs deliveries to an endpoint; several during a rotation.
package enum SigningSecrets {
    /// The expected format, for the settings fault.
    package static let expected = "whsec_… or several with commas between"

    /// Parses `whsec_…,whsec_…`; `nil` if any of them is not a signing secret.
    package static func parse(_ text: String) -> [Secret]? {
        let secrets = text.split(separator: ",").map { $0.trimmingBlanks() }
        return !secrets.isEmpty && secrets.allSatisfy { $0.hasPrefix("whsec_") && $0.utf8.count >= 16 }
            ? secrets.map { Secret(String($0)) } : nil
    }
}

/// Signing secrets prepared for verification; none is empty, because anyone could sign with an empty key.
package struct SigningKeys: Sendable {
    let keys: [HMACSHA256.Key]

    /// Prepares `secrets`; empty ones are skipped.
    package init(_ secrets: [Secret]) { keys = secrets.filter { !$0.isEmpty }.map { HMACSHA256.Key($0) } }
}
