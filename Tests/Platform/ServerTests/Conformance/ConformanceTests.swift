import HTTP
import Support
import Testing

@testable import Server

@Suite("Conformance to RFC 9110 and 9112")
struct ConformanceTests {
    @Test("a message in one piece", arguments: everyCase)
    func whole(_ row: Case) async throws {
        try check(row, try await exchange([row.bytes]))
    }

    @Test("the same byte by byte", arguments: everyCase.filter { $0.raw.utf8.count < 4_000 })
    func byteByByte(_ row: Case) async throws {
        try check(row, try await exchange(row.bytes.map { [$0] }))
    }

    @Test("the same in random pieces", arguments: everyCase)
    func randomPieces(_ row: Case) async throws {
        var dice = Dice(seed: UInt64.random(in: 0...UInt64.max))
        let seed = dice.seed
        try check(row, try await exchange(pieces(of: row.bytes, &dice)), "seed \(seed)")
    }
}

/// A small seeded generator (SplitMix64), so that a failure can be reproduced from its printed seed.
struct Dice: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Splits `bytes` at random positions.
func pieces(of bytes: [UInt8], _ dice: inout Dice) -> [[UInt8]] {
    var rest = bytes[...]
    var pieces: [[UInt8]] = []
    while !rest.isEmpty {
        let count = min(rest.count, Int.random(in: 1...(Bool.random(using: &dice) ? 4 : 200), using: &dice))
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
    }
    return pieces
}

/// Responds with what it received, so that a test can see how a message was framed.
let mirror: Handler = { request in
    switch request.path {
    case "/empty": return Response(status: 204, body: [1])
    case "/unchanged": return Response(status: 304, body: [1])
    default: break
    }
    let target = request.path + (request.query.isEmpty ? "" : "?" + request.query)
    let words = [request.method.rawValue, target, request.fields["host"] ?? ""].filter { !$0.isEmpty }
    return Response(
        status: 200, fields: ["Content-Type": "text/plain"],
        body: Array(words.joined(separator: " ").utf8) + (request.body.isEmpty ? [] : [32] + request.body))
}

private let shared = Task { try await TestServer(handler: mirror) }

/// Sends `pieces` one by one on a new connection and returns everything received.
private func exchange(_ pieces: [[UInt8]]) async throws -> [UInt8] {
    let connection = try RawConnection(port: try await shared.value.port)
    for piece in pieces { connection.send(piece) }
    connection.finishSending()
    return Array(connection.readToEnd().utf8)
}

/// Checks what was received against `row`, and every response against the rules for all responses.
private func check(_ row: Case, _ bytes: [UInt8], _ note: Comment = "") throws {
    let answers = try answers(in: bytes, firstIsHead: row.isHead)
    for answer in answers { checkFields(answer, note) }
    let statuses = answers.map(\.status).filter { $0 != 100 }
    guard let first = statuses.first else {
        #expect(row.expected.statuses.isEmpty, note)
        return
    }
    #expect(row.expected.statuses.contains(first), "\(first) \(note)")
    #expect(statuses.dropFirst() == (row.expected.persists ? [200] : []), note)
    if let last = answers.last, row.expected.persists { #expect(last.body == "GET /follower x", note) }
    guard let answer = answers.first(where: { $0.status != 100 }) else { return }
    if let sees = row.expected.sees { #expect(answer.body == sees, note) }
    if !row.expected.persists { #expect(answer.values("connection") == ["close"], note) }
    if first == 405 { #expect(answer.values("allow") == ["GET, HEAD, POST"], note) }
}

/// Checks RFC 9110 sections 6.6.1 and 8.6: one date, and one length where there is content.
private func checkFields(_ answer: Answer, _ note: Comment) {
    guard answer.status >= 200 else {
        #expect(answer.fields.isEmpty, note)
        return
    }
    #expect(answer.values("date").count == 1, note)
    #expect(answer.values("connection").count == 1, note)
    let hasLength = answer.status != 204 && answer.status != 304
    #expect(answer.values("content-length").count == (hasLength ? 1 : 0), note)
    #expect(answer.values("transfer-encoding").isEmpty, note)
}
