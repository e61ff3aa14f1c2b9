import Crypto
import HTTP
import Kernel
import Stripe

private let now = Instant(unixSeconds: 1_800_000_000)
private let (current, older, wrong) = (Secret("whsec_current"), Secret("whsec_older"), Secret("whsec_wrong"))

/// A header value with four marks, which make it easy to come close to a true one, and a body.
///
/// `@` stands for a time near now, `$` for the right signature, `&` for the older secret's, `!` for one of a stranger.
func checkSignature(_ input: Input) throws(BrokenPromise) {
    var input = input
    let time = String(now.unixSeconds + Int64(input.number(Int16.self)))
    let template = input.piece()
    let body = input.remainder()
    let request = Request(
        method: .post, path: "/", fields: ["Stripe-Signature": filled(template, time: time, body: body)], body: body)
    guard let header = request.fields["stripe-signature"] else { throw BrokenPromise("the field is lost") }

    try promise(
        verdict(request, [current, older]), is: expected(header, body, [current, older]), "it is judged right")
    try promise(verdict(request, [wrong]), is: expected(header, body, [wrong]), "a stranger's is judged right")
    try promise(isRefused(verdict(request, [Secret("whsec_other")])), "no other secret verifies it")
    try promise(isRefused(verdict(request, [Secret("")])), "an empty secret verifies nothing")
    try promise(verdict(request, []), is: verdict(request, [Secret("")]), "no secret is as good as an empty one")

    var changed = request
    changed.body.append(0)
    try promise(isRefused(verdict(changed, [current, older])), "a changed body is refused")
    changed = request
    changed.fields.append("STRIPE-SIGNATURE", header)
    try promise(verdict(changed, [current, older]), is: .refused(.missing), "two fields are as bad as none")
}

private enum Verdict: Equatable {
    case taken(body: [UInt8], signedAt: Instant)
    case refused(SignatureFault)
}

private func verdict(_ request: Request, _ secrets: [Secret]) -> Verdict {
    do throws(SignatureFault) {
        let payload = try WebhookSignature.verify(request, keys: SigningKeys(secrets), now: now)
        return .taken(body: payload.body, signedAt: payload.signedAt)
    } catch {
        return .refused(error)
    }
}

/// Whether it is refused for want of a signature, not for its time.
private func isRefused(_ verdict: Verdict) -> Bool { [.refused(.malformed), .refused(.forged)].contains(verdict) }

/// The verdict by a reading of our own: bytes between commas, compared as they stand.
private func expected(_ header: String, _ body: [UInt8], _ secrets: [Secret]) -> Verdict {
    let items = header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Array.init)
    let times = items.filter { $0.starts(with: "t=".utf8) }.map { Array($0.dropFirst(2)) }
    let tags = items.filter { $0.starts(with: "v1=".utf8) }.map { Array($0.dropFirst(3)) }
    guard header.utf8.count <= 4_096, times.count == 1, tags.count <= 16, (1...12).contains(times[0].count),
        times[0].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    else { return .refused(.malformed) }
    let right = secrets.map { tag(body, time: times[0], $0) }
    guard tags.contains(where: right.contains) else { return .refused(.forged) }
    let seconds = times[0].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    if seconds < now.unixSeconds - 300 { return .refused(.stale) }
    if seconds > now.unixSeconds + 300 { return .refused(.fromTheFuture) }
    return .taken(body: body, signedAt: Instant(unixSeconds: seconds))
}

private func filled(_ template: [UInt8], time: String, body: [UInt8]) -> String {
    let timed = template.flatMap { $0 == UInt8(ascii: "@") ? Array(time.utf8) : [$0] }
    let items = timed.split(separator: UInt8(ascii: ",")).map(Array.init)
    let signed = items.first { $0.starts(with: "t=".utf8) }.map { Array($0.dropFirst(2)) } ?? []
    let tags = [
        UInt8(ascii: "$"): tag(body, time: signed, current), UInt8(ascii: "&"): tag(body, time: signed, older),
        UInt8(ascii: "!"): tag(body, time: signed, wrong),
    ]
    return String(decoding: timed.flatMap { tags[$0] ?? [$0] }, as: UTF8.self)
}

private func tag(_ body: [UInt8], time: [UInt8], _ secret: Secret) -> [UInt8] {
    Array(Hex.encode(HMACSHA256.tag(key: secret, time + [UInt8(ascii: ".")] + body)).utf8)
}
