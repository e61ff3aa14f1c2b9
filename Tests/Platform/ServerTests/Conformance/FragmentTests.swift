import HTTP
import Testing

@testable import Server

@Suite("Parser and fragments")
struct FragmentTests {
    @Test("a message split at any point is parsed like an unsplit one", arguments: everyCase)
    func everyCut(_ row: Case) {
        let bytes = row.bytes
        let whole = Reading(of: [bytes[...]])
        for cut in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 400)) {
            #expect(Reading(of: [bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
        #expect(Reading(of: bytes.indices.map { bytes[$0...$0] }) == whole)
    }

    @Test("a message with random faults is parsed the same however it is split", arguments: 0..<8)
    func mutations(_ number: Int) {
        var dice = Dice(seed: UInt64.random(in: 0...UInt64.max))
        let rows = everyCase.filter { $0.raw.utf8.count < 1_000 }
        for _ in 0..<500 {
            guard let row = rows.randomElement(using: &dice) else { return }
            let bytes = mutated(row.bytes, &dice)
            let cut = pieces(of: bytes, &dice).map { $0[...] }
            #expect(Reading(of: cut) == Reading(of: [bytes[...]]), "seed \(dice.seed), \(bytes)")
        }
    }

    private func mutated(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &dice) {
            guard let place = bytes.indices.randomElement(using: &dice) else { return bytes }
            let odd: [UInt8] = [
                0, 9, 10, 13, 32, 34, 44, 48, 58, 59, 61, 127, 255, UInt8.random(in: 0...255, using: &dice),
            ]
            let byte = odd.randomElement(using: &dice) ?? 0
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2: bytes.remove(at: place)
            default: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
            }
        }
        return bytes
    }
}

/// The messages that a parser reads from a connection's bytes.
private struct Reading: Equatable {
    private struct Message: Equatable {
        let method: String
        let path: String
        let fields: [String]
        let body: [UInt8]
        let keepsAlive: Bool
    }

    private var messages: [Message] = []
    private var fault: RequestFault?
    private var isUnderWay = false
    private var isOver = false

    init(of pieces: [ArraySlice<UInt8>]) {
        let parser = RequestParser(limits: ServerLimits())
        for piece in pieces {
            var rest = piece
            while !rest.isEmpty, !isOver {
                rest = rest.dropFirst(parser.read(Array(rest).span))
                take(parser)
            }
        }
        isUnderWay = parser.hasBegun
    }

    private mutating func take(_ parser: RequestParser) {
        switch parser.state {
        case .reading: break
        case .failed(let fault): (self.fault, isOver) = (fault, true)
        case .complete:
            messages.append(
                Message(
                    method: parser.head.method, path: parser.head.path + "?" + parser.head.query,
                    fields: parser.head.fields.lines.map { $0.name + ":" + $0.value }, body: parser.body,
                    keepsAlive: parser.keepsAlive))
            isOver = !parser.keepsAlive
            if !isOver { parser.reset() }
        }
    }
}
