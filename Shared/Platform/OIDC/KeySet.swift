import Crypto
import JSON
import Kernel

/// An issuer's public keys by ID: a JSON Web Key Set (RFC 7517 section 5).
package struct KeySet: Sendable {
    /// The longest set that is read; Google's has about 1,600 bytes.
    package static let maxBytes = 65_536

    private var keys: [String: RSAPublicKey] = [:]

    /// Parses a set; keys of other types and uses are ignored, as section 5 requires.
    ///
    /// - Throws: if it is not a key set, has a duplicate key ID, or no key that we can use.
    package init(_ body: [UInt8]) throws(TokenFault) {
        guard body.count <= KeySet.maxBytes else { throw .tooLong }
        for key in try StrictJSON(body, "the key set").read(Document.self).keys where key.isUsable {
            guard let name = key.kid, let n = key.n.flatMap({ Base64URL.decode($0) }),
                let e = key.e.flatMap({ Base64URL.decode($0) }), let usable = try? RSAPublicKey(modulus: n, exponent: e)
            else { continue }
            guard keys.updateValue(usable, forKey: name) == nil else {
                throw .malformed("two keys have the same name")
            }
        }
        guard !keys.isEmpty else { throw .malformed("no key of the set is of use") }
    }

    /// Returns whether the set contains this key ID.
    package func has(_ name: String) -> Bool { keys[name] != nil }

    /// Returns the key with this ID.
    func key(_ name: String) -> RSAPublicKey? { keys[name] }

    private struct Document: JSONReadable {
        let keys: [Key]

        init(json node: JSONNode) throws(MalformedDocument) { keys = try node.required("keys") }
    }

    private struct Key: JSONReadable {
        let kty: String
        let kid: String?
        let use: String?
        let alg: String?
        let operations: [String]?
        let n: String?
        let e: String?

        init(json node: JSONNode) throws(MalformedDocument) {
            kty = try node.required("kty")
            kid = try node.optional("kid")
            use = try node.optional("use")
            alg = try node.optional("alg")
            operations = try node.optional("key_ops")
            n = try node.optional("n")
            e = try node.optional("e")
        }

        /// Whether it is an RSA key for verifying RS256 signatures, or does not state its use.
        var isUsable: Bool {
            kty == "RSA" && (use ?? "sig") == "sig" && (alg ?? "RS256") == "RS256"
                && (operations ?? ["verify"]).contains("verify")
        }
    }
}
