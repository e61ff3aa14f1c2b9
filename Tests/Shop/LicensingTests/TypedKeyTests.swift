import Kernel
import Licensing
import Support
import Testing

@Suite("A key as people type and paste it")
struct TypedKeyTests {
    @Test(
        "is read in any width and style, and without what surrounds and divides it",
        arguments: [
            "\u{200E}GENX-855E-K7EH-AJ9C\u{200E}", "GENX-\u{200D}855E-\u{200D}K7EH-\u{200D}AJ9C", "ＧＥＮＸ－８５５Ｅ－Ｋ７ＥＨ－ＡＪ９Ｃ",
            "GENX-855E-K7EH-AJ9C.", "“GENX-855E-K7EH-AJ9C”", "ｇｅｎｘー８５５ｅーｋ７ｅｈーａｊ９ｃ。", "(GENX-855E-K7EH-AJ9C),",
            "«GENX-855E-K7EH-AJ9C»!", "`GENX-855E-K7EH-AJ9C`", "**GENX-855E-K7EH-AJ9C**", "> GENX-855E-K7EH-AJ9C",
            "【GENX-855E-K7EH-AJ9C】", "GENX-855E-K7EH-AJ9C…", "\u{202A}GENX-855E-K7EH-AJ9C\u{202C}",
            "GENX\u{2}-855E-K7EH-AJ9C",
            "𝐆𝐄𝐍𝐗-𝟖𝟓𝟓𝐄-𝐊𝟕𝐄𝐇-𝐀𝐉𝟗𝐂", "𝙶𝙴𝙽𝚇-𝟾𝟻𝟻𝙴-𝙺𝟽𝙴𝙷-𝙰𝙹𝟿𝙲", "ⒼⒺⓃⓍ-⑧⑤⑤Ⓔ-Ⓚ⑦ⒺⒽ-ⒶⒿ⑨Ⓒ", "GENX-٨٥٥E-K٧EH-AJ٩C",
            "GENX\u{FE0F}-855E\u{34F}-K7EH\u{301}-AJ9C", "GENX\u{3000}855E\u{202F}K7EH\u{2028}AJ9C",
            "<GENX-855E-K7EH-AJ9C>;",
            "GENX ‒ 855E ― K7EH ⁃ AJ9C".replacing("⁃", with: "⸺"), "'GENX'-'855E'-'K7EH'-'AJ9C'",
            "\u{1B}GENX-855E-K7EH-AJ9C",
        ])
    func read(text: String) {
        #expect(LicenseKey(text)?.revealed() == "GENX-855E-K7EH-AJ9C")
        #expect(LicenseKey.lastFour(typed: "“ＡＪ９Ｃ”.") == "AJ9C")
    }

    @Test(
        "is not read through other letters or through punctuation inside",
        arguments: [
            "GENX-855Е-K7EH-AJ9C", "GΕNX-855E-K7EH-AJ9C", "GÉNX-855E-K7EH-AJ9C", "GENX.855E.K7EH.AJ9C",
            "GENX-855E, K7EH-AJ9C",
            "GENX-855E-K7EH-AJ9C 2", "key GENX-855E-K7EH-AJ9C", "GENX-855E-K7EH-AJ9三", "GENX-855E-K7EH-AJ⑩C",
            "а GENX-855E-K7EH-AJ9C",
        ])
    func refused(text: String) {
        #expect(LicenseKey(text) == nil)
    }

    @Test("ten thousand keys in random dress are read as themselves, and with one symbol wrong as none")
    func dressed() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<10_000 {
            let key = try randomKey(&random)
            let symbols = Array(key.revealed().unicodeScalars)
            #expect(LicenseKey(dressed(symbols, &random)) == key)
            let wrong = try mistyped(key, symbols, &random)
            let read = LicenseKey(dressed(wrong, &random))
            #expect(read == nil, "\(key.revealed()) from \(String(String.UnicodeScalarView(wrong)))")
        }
    }

    /// Replaces one symbol by one that is read differently.
    private func mistyped(
        _ key: LicenseKey, _ symbols: [Unicode.Scalar], _ random: inout SeededGenerator
    ) throws -> [Unicode.Scalar] {
        var wrong = symbols
        let place = random.one(of: symbols.indices.filter { symbols[$0] != "-" })
        repeat {
            wrong[place] = random.one(of: Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars))
        } while canonical(wrong[place]) == canonical(symbols[place])
        return wrong
    }

    private func canonical(_ symbol: Unicode.Scalar) -> Unicode.Scalar {
        switch symbol {
        case "O": "0"
        case "I", "L": "1"
        case "U": "V"
        default: symbol
        }
    }

    private func dressed(_ symbols: [Unicode.Scalar], _ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        let ends: [Unicode.Scalar] = ["\"", "“", "(", ".", "。", "！", "*", "»", "…", "\u{200E}", " ", "、"]
        if random.chance(50) { text.append(random.one(of: ends)) }
        for symbol in symbols {
            text.append(symbol == "-" ? random.one(of: separators) : form(of: symbol, &random))
            if random.chance(10) { text.append(random.one(of: invisible)) }
        }
        if random.chance(50) { text.append(random.one(of: ends)) }
        return String(text)
    }

    private func form(of symbol: Unicode.Scalar, _ random: inout SeededGenerator) -> Unicode.Scalar {
        let value = symbol.value
        let isDigit = symbol.properties.numericType == .decimal
        let lower = symbol.properties.lowercaseMapping.unicodeScalars.first ?? symbol
        let others =
            isDigit
            ? [value - 0x30 + 0x1D7D8, value - 0x30 + 0x0660] : [value - 0x41 + 0x24B6, value - 0x41 + 0x1D400]
        let wide = Unicode.Scalar(value + 0xFEE0) ?? symbol
        return random.one(of: [symbol, lower, wide] + others.compactMap(Unicode.Scalar.init))
    }

    private let separators: [Unicode.Scalar] = [
        "-", " ", "–", "−", "－", "ー", "\u{3000}", "\u{AD}", "'", "\u{200B}", "〜",
    ]
    private let invisible: [Unicode.Scalar] = ["\u{200D}", "\u{2060}", "\u{FE0F}", "\u{200F}", "\u{301}", "\u{E0041}"]
}
