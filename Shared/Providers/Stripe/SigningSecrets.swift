internal import Crypto
package import Kernel

/// The secrets with which Stripe signs what it sends to an endpoint: more than one while one is replaced.
package enum SigningSecrets {
    /// What the setting must look like, for the fault that says it does not.
    package static let expected = "whsec_… or several with commas between"

    /// Reads `whsec_…,whsec_…`; `nil` when one of them is none.
    package static func parse(_ text: String) -> [Secret]? {
        let secrets = text.split(separator: ",").map { $0.trimmingBlanks() }
        return !secrets.isEmpty && secrets.allSatisfy { $0.hasPrefix("whsec_") && $0.utf8.count >= 16 }
            ? secrets.map { Secret(String($0)) } : nil
    }
}

/// Signing secrets made ready to check signatures with; none of them is empty, which would sign for everybody.
package struct SigningKeys: Sendable {
    let keys: [HMACSHA256.Key]

    /// Makes `secrets` ready; one that is empty is left out.
    package init(_ secrets: [Secret]) { keys = secrets.filter { !$0.isEmpty }.map { HMACSHA256.Key($0) } }
}
