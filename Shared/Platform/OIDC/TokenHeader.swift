import JSON

/// A token's header; rejects every member that would let the token choose how it is verified.
struct TokenHeader {
    /// Members that name or embed a key, or require an extension we do not support (RFC 7515 sections 4.1.2 to 4.1.11).
    private static let refused = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"]

    let kid: String

    init(_ header: StrictJSON) throws(TokenFault) {
        let fields = try header.read(Fields.self)
        guard fields.alg == "RS256" else { throw .header("the algorithm is not RS256") }
        guard fields.typ == nil || fields.typ == "JWT" else { throw .header("the type is not JWT") }
        for name in TokenHeader.refused where header.has(name) { throw .header("\(name) is not accepted") }
        guard let kid = fields.kid, !kid.isEmpty, kid.utf8.count <= 256 else { throw .header("no key is named") }
        self.kid = kid
    }

    private struct Fields: JSONReadable {
        let alg: String
        let typ: String?
        let kid: String?

        init(json node: JSONNode) throws(MalformedDocument) {
            alg = try node.required("alg")
            typ = try node.optional("typ")
            kid = try node.optional("kid")
        }
    }
}
