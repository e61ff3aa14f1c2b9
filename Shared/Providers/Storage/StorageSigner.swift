package import Crypto
internal import JSON
package import Kernel

/// The signer and the algorithm of a link.
package struct SigningIdentity: Equatable, Sendable {
    /// The signature algorithm.
    package enum Algorithm: String, Sendable {
        case hmac = "GOOG4-HMAC-SHA256"
        case rsa = "GOOG4-RSA-SHA256"
    }

    package let algorithm: Algorithm
    /// An HMAC key's access ID, or a service account's e-mail address.
    package let accessID: String
}

/// Why a link was not signed.
package enum SigningFault: Error, Equatable, Sendable {
    /// This signer has no key here; a remote service must sign.
    case notAvailableHere
    /// The key could not be used.
    case cannotSign
}

/// The signer of storage links.
package enum StorageSigner: Sendable {
    /// A Cloud Storage HMAC key.
    case hmac(accessID: String, secret: Secret)
    /// A service account's private key.
    case rsa(clientEmail: String, key: RSAPrivateKey)
    /// A service account without a key here: Google signs for it.
    case iam(serviceAccount: String)

    /// The signer and the algorithm.
    package var identity: SigningIdentity {
        switch self {
        case .hmac(let accessID, _): SigningIdentity(algorithm: .hmac, accessID: accessID)
        case .rsa(let email, _), .iam(let email): SigningIdentity(algorithm: .rsa, accessID: email)
        }
    }

    /// Signs `request` and returns the link.
    package func link(for request: V4Request) throws(SigningFault) -> String {
        let unsigned = request.unsigned(by: identity)
        return unsigned.signed(with: try sign(unsigned))
    }

    private func sign(_ unsigned: UnsignedURL) throws(SigningFault) -> [UInt8] {
        let message = Array(unsigned.stringToSign.utf8)
        switch self {
        case .iam: throw .notAvailableHere
        case .hmac(_, let secret): return HMACSHA256.tag(key: dayKey(secret, date: unsigned.date), message)
        case .rsa(_, let key):
            do { return try key.sign(message) } catch { throw .cannotSign }
        }
    }

    /// Derives the key for a day, location and service.
    ///
    /// Source: <https://cloud.google.com/storage/docs/authentication/signatures#derive-key>
    private func dayKey(_ secret: Secret, date: String) -> Secret {
        let start = secret.withBytes { bytes in
            Secret(bytes: Array("GOOG4".utf8) + bytes.indices.map { bytes[$0] })
        }
        return [date, "auto", "storage", "goog4_request"].reduce(start) { key, part in
            Secret(bytes: HMACSHA256.tag(key: key, Array(part.utf8)))
        }
    }
}

extension StorageSigner {
    /// The expected format, for the settings fault.
    package static let expected =
        "hmac:<access id>:<secret>, rsa:<file or JSON of a service-account key>, or iam:<service account>"

    /// Parses `hmac:…`, `rsa:…` or `iam:…`; `readFile` reads a key file, because this module does no input or output.
    package init?(_ text: String, readFile: (String) -> [UInt8]?) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "hmac": self.init(hmac: parts[1])
        case "rsa":
            let isJSON = parts[1].drop { $0.isWhitespace }.hasPrefix("{")
            guard let json = isJSON ? Array(parts[1].utf8) : readFile(parts[1]) else { return nil }
            self.init(serviceAccountKey: json)
        case "iam":
            guard isPrincipal(parts[1]) else { return nil }
            self = .iam(serviceAccount: parts[1])
        default: return nil
        }
    }

    /// Reads a service account key in Google's JSON form.
    package init?(serviceAccountKey json: [UInt8]) {
        guard let account = try? ServiceAccountKey(json: json),
            isPrincipal(account.clientEmail),
            let key = try? RSAPrivateKey(pem: Secret(account.privateKey))
        else { return nil }
        self = .rsa(clientEmail: account.clientEmail, key: key)
    }

    private init?(hmac text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, isPrincipal(parts[0]), !parts[1].isEmpty else { return nil }
        self = .hmac(accessID: parts[0], secret: Secret(parts[1]))
    }
}

private struct ServiceAccountKey: JSONReadable {
    let clientEmail: String
    let privateKey: String

    init(json node: JSONNode) throws(MalformedDocument) {
        clientEmail = try node.required("client_email")
        privateKey = try node.required("private_key")
    }
}

/// Returns whether `text` can name a signer: printable ASCII without blanks and slashes.
private func isPrincipal(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
}
