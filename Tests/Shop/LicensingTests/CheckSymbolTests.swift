import Testing

@testable import Licensing

@Suite("Check symbol")
struct CheckSymbolTests {
    /// A row with its check symbol behind it.
    private func sound(_ values: [UInt8]) -> [UInt8] { values + [CheckSymbol.value(behind: values)] }

    private func isSound(_ row: [UInt8]) -> Bool { CheckSymbol.value(behind: row.dropLast()) == row.last }

    @Test("is one of the 32 symbols, and every one of them occurs")
    func range() {
        #expect(Set((0..<32).map { CheckSymbol.value(behind: [UInt8($0)]) }) == Set(0..<32))
    }

    // The check is linear: whether an error is caught depends on where it is and on the difference it makes, not on
    // the rest of the row. So the zero row with every place and every pair of symbols stands for all rows.
    @Test("catches every change of one symbol, at every place", arguments: 0..<CheckSymbol.longestRow)
    func substitution(place: Int) {
        for before in 0..<UInt8(32) {
            var row = [UInt8](repeating: 0, count: CheckSymbol.longestRow - 1)
            if place < row.count { row[place] = before }
            let right = sound(row)
            #expect(isSound(right))
            for after in 0..<UInt8(32) where after != right[place] {
                var wrong = right
                wrong[place] = after
                #expect(!isSound(wrong))
            }
        }
    }

    @Test("catches every swap of two different symbols, neighbours or not", arguments: 0..<(CheckSymbol.longestRow - 1))
    func transposition(place: Int) {
        for other in (place + 1)..<CheckSymbol.longestRow {
            for left in 0..<UInt8(32) {
                for right in 0..<UInt8(32) {
                    var row = [UInt8](repeating: 0, count: CheckSymbol.longestRow - 1)
                    row[place] = left
                    if other < row.count { row[other] = right }
                    var swapped = sound(row)
                    guard swapped[place] != swapped[other] else { continue }
                    swapped.swapAt(place, other)
                    if isSound(swapped) { Issue.record("\(left) and \(right) at \(place) and \(other)") }
                }
            }
        }
    }

    @Test("is linear, so that the rows above stand for all")
    func linear() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let rows = (0..<2).map { _ in (0..<19).map { _ in UInt8.random(in: 0..<32, using: &generator) } }
            let sum = zip(rows[0], rows[1]).map { $0 ^ $1 }
            let checks = rows.map { CheckSymbol.value(behind: $0) }
            #expect(CheckSymbol.value(behind: sum) == checks[0] ^ checks[1])
        }
    }
}
