import Support
import Testing

@testable import Licensing

@Suite("Crockford's base32")
struct CrockfordTests {
    private struct File: Decodable {
        struct Whole: Decodable {
            let value: String
            let text: String
        }
        let alphabet: String
        let aliases: [String: String]
        let excluded: String
        let integers: [Whole]
    }

    private func file() throws -> File { try vector("crockford32.json", as: File.self) }

    @Test("has the alphabet, the aliases and the gap of its definition")
    func alphabet() throws {
        let file = try file()
        #expect(Crockford.symbols == Array(file.alphabet.utf8))
        for (value, symbol) in file.alphabet.utf8.enumerated() {
            #expect(Crockford.value(symbol) == UInt8(value))
        }
        for (value, symbol) in file.alphabet.lowercased().utf8.enumerated() {
            #expect(Crockford.value(symbol) == UInt8(value))
        }
        #expect(file.aliases.count == 6)
        for (alias, meant) in file.aliases {
            #expect(Crockford.value(try #require(alias.utf8.first)) == Crockford.value(try #require(meant.utf8.first)))
        }
        let known = Set((file.alphabet + file.alphabet.lowercased() + file.aliases.keys.joined()).utf8)
        for symbol in UInt8.min...UInt8.max where !known.contains(symbol) { #expect(Crockford.value(symbol) == nil) }
        #expect(Crockford.value(UInt8(ascii: "U")) == nil && Crockford.value(UInt8(ascii: "u")) == nil)
    }

    @Test("reads the numbers of the reference implementations")
    func integers() throws {
        for whole in try file().integers {
            guard let expected = UInt64(whole.value) else { continue }
            let read = try whole.text.utf8.reduce(UInt64(0)) { $0 << 5 | UInt64(try #require(Crockford.value($1))) }
            #expect(read == expected)
        }
    }
}
