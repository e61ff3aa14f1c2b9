import Crypto

/// A JSON Web Signature in compact form, parsed but not yet verified (RFC 7515 section 7.1).
struct CompactToken {
    /// The longest token that is parsed; Google's have about 1,100 bytes.
    static let maxBytes = 8_192

    let header: TokenHeader
    private let payload: [UInt8]
    private let signature: [UInt8]
    /// The signed bytes: the first two parts unchanged, with the dot between.
    private let signingInput: [UInt8]

    /// Parses `text` without verifying it.
    ///
    /// - Throws: if it does not have three parts, each in canonical base64url, or if its header asks for something we
    ///   do not support.
    init(_ text: some StringProtocol) throws(TokenFault) {
        guard text.utf8.count <= CompactToken.maxBytes else { throw .tooLong }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed("it is not three parts in base64url") }
        self.header = try TokenHeader(try StrictJSON(header, "the header"))
        self.payload = payload
        self.signature = signature
        signingInput = Array(text.utf8.dropLast(parts[2].utf8.count + 1))
    }

    /// Returns the payload after verifying the signature with the key that the header names.
    func verifiedPayload(_ keys: KeySet) throws(TokenFault) -> [UInt8] {
        guard let key = keys.key(header.kid) else { throw .unknownKey(header.kid) }
        guard key.verifies(signature, of: signingInput) else { throw .badSignature }
        return payload
    }
}
