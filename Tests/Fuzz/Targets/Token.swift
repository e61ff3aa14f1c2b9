import Crypto
import Downloads
import Kernel

/// Either any text, or the fields of a token signed by one of four secrets, or a token of ours that was edited.
func checkToken(_ input: Input) throws(BrokenPromise) {
    var input = input
    switch input.choice(of: 3) {
    case 0: try checkAnyText(input.text())
    case 1: try checkSignedContent(&input)
    default: try checkEditedToken(&input)
    }
}

private func checkAnyText(_ text: String) throws(BrokenPromise) {
    let isToken = text.utf8.count == 64 && text.utf8.allSatisfy(alphabet.contains)
    try promise(verdict(text), is: .refused(isToken ? .forged : .malformed), "a text that nobody signed is refused")
}

private func checkSignedContent(_ input: inout Input) throws(BrokenPromise) {
    let signer = signers[input.choice(of: signers.count)]
    let version = input.choice(of: 4) == 3 ? input.number(UInt32.self) : UInt32(input.choice(of: 4))
    let expiry = input.choice(of: 2) == 0 ? now.unixSeconds + Int64(input.number(Int8.self)) : input.number()
    let grant = input.bytes(16)
    let content = version.bigEndianBytes + grant + UInt64(bitPattern: expiry).bigEndianBytes
    var tag = Array(HMACSHA256.tag(key: signer.secret, Array("latchkey download v1".utf8) + content).prefix(20))
    let flaw = input.byte()
    tag[input.choice(of: 20)] ^= flaw

    let seen = verdict(base64URL(content + tag))
    let isOurs = flaw == 0 && signer.version == Int(version) && [1, 2].contains(signer.version)
    guard isOurs else { return try promise(seen, is: .refused(.forged), "what we did not sign is forged") }
    let expiresAt = Instant(unixSeconds: expiry)
    guard expiresAt > now else { return try promise(seen, is: .refused(.expired), "its time is over") }
    guard let uuid = UUIDv7(bytes: grant) else { throw BrokenPromise("sixteen bytes are a UUID") }
    try promise(
        seen, is: .taken(GrantID(uuid), expiresAt: expiresAt, version: Int(version)), "what we signed is read whole")
}

private func checkEditedToken(_ input: inout Input) throws(BrokenPromise) {
    guard let uuid = UUIDv7(bytes: input.bytes(16)) else { throw BrokenPromise("sixteen bytes are a UUID") }
    let expiresAt = now + .seconds(1 + Int64(input.number(UInt32.self)))
    let token = tokens.mint(grant: GrantID(uuid), expiresAt: expiresAt).revealed()
    try promise(token.utf8.count == 64 && token.utf8.allSatisfy(alphabet.contains), "a token is 64 plain symbols")
    try promise(
        verdict(token), is: .taken(GrantID(uuid), expiresAt: expiresAt, version: 2), "a token of ours is read whole")
    try promise(verdict(token, at: expiresAt), is: .refused(.expired), "it ends at its last second")

    let edited = input.edited(token)
    guard !same(edited, token) else { return }
    switch verdict(edited) {
    case .refused(.malformed), .refused(.forged): return
    case let other: throw BrokenPromise("an edited token is refused: saw \(other) for \(Array(edited.utf8))")
    }
}

private enum Verdict: Equatable {
    case taken(GrantID, expiresAt: Instant, version: Int)
    case refused(TokenFault)
}

private func verdict(_ text: String, at moment: Instant = now) -> Verdict {
    do throws(TokenFault) {
        let token = try tokens.verify(text, now: moment)
        return .taken(token.grant, expiresAt: token.expiresAt, version: token.keyVersion)
    } catch {
        return .refused(error)
    }
}

private let now = Instant(unixSeconds: 1_800_000_000)
private let tokens = DownloadTokens(secrets: sampleSecrets)
/// Two secrets of ours, and two of strangers: one behind a version that we know, one behind a version that we don't.
private let signers = [1, 2, 3, 9].map { (version: $0, secret: Secret(bytes: sampleSecret($0))) }

/// RFC 4648 section 5, by its table and bit by bit.
private func base64URL(_ bytes: [UInt8]) -> String {
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    let symbols = stride(from: 0, to: bits.count, by: 6).map { start in
        alphabet[bits[start..<start + 6].reduce(0) { $0 << 1 | Int($1) }]
    }
    return String(decoding: symbols, as: UTF8.self)
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
