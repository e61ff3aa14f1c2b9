import Foundation
import Kernel
import Support
import Testing

@testable import Licensing

@Suite("What is found of keys in a text")
struct KeyFinderTests {
    @Test(
        "a key is found whatever touches it and however it is written",
        arguments: [
            "GENX-855E-K7EH-AJ9C", "key:GENX-855E-K7EH-AJ9C", "GENX 855E K7EH AJ9C", "GENX-855E-K7EH-AJ9C/2 machines",
            "genx855ek7ehaj9c", "'GENX-855E-K7EH-AJ9C'.", "?key=GENX-855E-K7EH-AJ9C&x", "GENX_855E_K7EH_AJ9C",
            "GENX.855E.K7EH.AJ9C", "GENX/855E/K7EH/AJ9C", "GENX – 855E – K7EH – AJ9C", "ＧＥＮＸ－８５５Ｅ－Ｋ７ＥＨ－ＡＪ９Ｃ",
            "GENX\u{200E}-85\u{200D}5E-K7E\u{AD}H-AJ9C", "\u{202A}GENX-855E-K7EH-AJ9C\u{202C}", "xGENX-855E-K7EH-AJ9Cx",
            "keyGENX-855E-K7EH-AJ9C2", "schlüsselGENX-855E-K7EH-AJ9C", "GENX855EK7EHAJ9Cis", "myGENX855EK7EHAJ9C",
            "GENX%2D855E%2DK7EH%2DAJ9C", "GENX%20855E%20K7EH%20AJ9C", "GENX&nbsp;855E&nbsp;K7EH&nbsp;AJ9C",
            "G E N X 8 5 5 E K 7 E H A J 9 C", "G-E-N-X-8-5-5-E-K-7-E-H-A-J-9-C", "GENX-855E-K7EH AJ9C",
            "GENX855E-K7EHAJ9C",
            "GENX-855E-K7\tEH-AJ9C", "GENX-855EK7-EHAJ9C", "toolbus wiko z5k4 2a8y", "TOO1BVS-WIKo-Z5K4-2A8Y",
            "TOOLBUS-W1K0-Z5K4-2A8Y", "GENX\u{2028}855E\u{3000}K7EH·AJ9C", "𝐆𝐄𝐍𝐗-𝟖𝟓𝟓𝐄-𝐊𝟕𝐄𝐇-𝐀𝐉𝟗𝐂",
            "**GENX-855E**-K7EH-AJ9C",
        ])
    func found(text: String) {
        for text in [text, "it is \(text), they say", "№\(text)№"] {
            #expect(Recognizer.keysAndAddresses.finds(in: text), "\(text)")
            #expect(!Recognizer.keysAndAddresses.finds(in: Recognizer.keysAndAddresses.masked(text)), "\(text)")
        }
    }

    @Test(
        "what is no key is not found",
        arguments: [
            "GENX-855E-K7EH-AJ9D, not a key", "AJ9C", "…-AJ9C", "GENX-****-****-AJ9C", "855E-K7EH-AJ9C",
            "0193a0e0-0000-7000-8000-000000000001", "550e8400-e29b-41d4-a716-446655440000",
            "cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6",
            "pi_3MtwBwLkdIwHu7ix28a3tqPa", "evt_1NG8Du2eZvKYlo2CUI79vXWy",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "326aa82ce59f4c7ad1b0fd7b9e1a2f6ac3d4e5f6",
            "that were made with another Swift", "They were sold with Macs", "interchangeability or responsibilities",
            "refund of 49.00 USD on 2026-11-30 at 20:31, order 1042", "version 2.1.0 on macOS 15.2 and Windows 11",
        ])
    func notFound(text: String) {
        #expect(!Recognizer.keysAndAddresses.finds(in: text))
        #expect(Recognizer.keysAndAddresses.masked(text) == text)
    }

    @Test("a mask hides the key and keeps what is around it")
    func masks() {
        #expect(
            Recognizer.keysAndAddresses.masked("GENX 855E K7EH AJ9C of ada@customer.example leaked") == "… of … leaked")
        #expect(Recognizer.keysAndAddresses.masked("App/1.0 (key:GENX%2D855E%2DK7EH%2DAJ9C)") == "App/1.0 (key:…)")
    }

    @Test("random keys are found between random characters, in groups or whole, in any case, with O for 0 and L for 1")
    func randomKeys() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<4_000 {
            let key = try randomKey(&random)
            let text = noise(&random) + spelling(of: key, &random) + noise(&random)
            #expect(Recognizer.keysAndAddresses.finds(in: text), "\(text.debugDescription) \(key.revealed())")
        }
    }

    @Test("no key is found in a text whose bytes tell that it has none")
    func suspicion() throws {
        var random = SeededGenerator(seed: 5)
        var found = 0
        for _ in 0..<5_000 {
            let key = try randomKey(&random).revealed()
            let gap = random.one(of: ["-", " ", "", "_", ".", " - ", "/", "x", "7 "])
            var text = String((0..<Int.random(in: 0...12, using: &random)).map { _ in random.one(of: noiseInASCII) })
            for symbol in key { text += symbol == "-" ? gap : random.chance(2) ? "\(symbol)-" : String(symbol) }
            text += String((0..<Int.random(in: 0...12, using: &random)).map { _ in random.one(of: noiseInASCII) })
            guard !KeyFinder.places(WrittenText(text)).isEmpty else { continue }
            found += 1
            let isSuspect = KeyFinder.suspects(text.utf8.span)
            #expect(isSuspect, "\(text.debugDescription)")
        }
        #expect(found > 2_500)
    }

    private let noiseInASCII = Array("ab019UX- ._:/\"")

    @Test("each letter and digit has Crockford's value in either case, U that of V as in a prefix")
    func symbols() {
        for byte in UInt8(0)..<128 {
            let symbol = KeySymbol(byte)
            #expect(symbol.isSymbol == byte.isASCIIAlphanumeric)
            guard symbol.isSymbol else { continue }
            #expect(symbol.code & 31 == LicensePrefix.value(byte))
            #expect((symbol.code & 32 == 0) == (Crockford.value(byte) != nil))
            #expect((symbol.code & 128 != 0) == byte.isASCIILetter)
        }
    }

    /// A word in sixteen letters and digits may be a key by chance: one in 32 has the right check symbol.
    @Test("hardly any sentence of our own documents is taken for a key")
    func prose() throws {
        let sentences = try documents().flatMap { text in
            text.split(separator: "\n\n").filter { !$0.contains("```") && !$0.contains("http") && !$0.hasPrefix("|") }
                .flatMap { $0.split(separator: ". ") }
        }.map { $0.split { $0.isWhitespace || "`|*".contains($0) }.joined(separator: " ") }
        let prose = sentences.filter { (20...500).contains($0.utf8.count) && !$0.contains("GENX-") }
        let taken = prose.filter(Recognizer.keysAndAddresses.finds)
        #expect(prose.count > 500)
        #expect(taken.count <= prose.count / 250, "\(taken.joined(separator: "\n"))")
    }

    /// The English documents of this repository.
    private func documents() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folders = ["", "infra", "infra/runbooks", "infra/security", "infra/terraform", "Tests/Bench"].map {
            root.appending(path: $0)
        }
        return try folders.flatMap {
            try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
        }
        .filter { $0.pathExtension == "md" }.map { try String(contentsOf: $0, encoding: .utf8) }
    }

    private func spelling(of key: LicenseKey, _ random: inout SeededGenerator) -> String {
        let gaps = ["-", " ", "", "–", "_", ".", " - ", "\u{AD}", "%2D", "\u{200B}-", "/", "：", "\u{3000}"]
        let gap = random.one(of: gaps)
        var text = ""
        for character in key.revealed() {
            switch character {
            case "-": text += gap
            case "0" where random.chance(30): text += random.one(of: ["O", "o", "０"])
            case "1" where random.chance(30): text += random.one(of: ["I", "l", "L"])
            default: text += random.chance(50) ? character.lowercased() : String(character)
            }
            if random.chance(3) { text += random.one(of: ["\u{200D}", "\u{2060}", "\u{301}"]) }
        }
        return text
    }

    /// Characters of any block other than those that stand for ASCII letters and digits, or begin an escape.
    private func noise(_ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        while text.count < 6, random.chance(80) {
            let scalar = Unicode.Scalar(UInt32.random(in: 0x20...0x2FFF, using: &random)) ?? " "
            if case .symbol = TypedCharacter(scalar) { continue }
            if !"%=&\\@".unicodeScalars.contains(scalar) { text.append(scalar) }
        }
        return String(text)
    }
}
