import Kernel
import Testing

@Suite("What a typed character stands for")
struct TypedCharacterTests {
    @Test(
        "letters and digits are the same in every width, style and case",
        arguments: [
            ("gｇＧ𝐆𝑔𝒢𝔊𝕘𝖌𝗚𝘨𝙂𝚐Ⓖⓖᴳᵍⓖ🄖🄶🅖🅶⒢", UInt8(ascii: "G")), ("2２𝟐𝟚𝟤𝟮𝟸²₂②⑵٢۲२২２", UInt8(ascii: "2")),
            ("sſ𝐬", UInt8(ascii: "S")), ("iıİ", UInt8(ascii: "I")), ("k\u{212A}", UInt8(ascii: "K")),
            ("rℝℜℛ", UInt8(ascii: "R")),
            ("0０⓪⓿𝟎", UInt8(ascii: "0")),
        ])
    func symbols(forms: String, symbol: UInt8) {
        for scalar in forms.unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            #expect(TypedCharacter(scalar) == .symbol(symbol), "\(scalar.debugDescription)")
        }
    }

    @Test("letters that only look alike, accented ones and larger numbers stand for nothing")
    func letters() {
        for scalar in "АВЕаеοΟÅéĊßøɐ三Ⅻ⑩ⅧℵΩ".unicodeScalars {
            #expect(TypedCharacter(scalar) == .letter, "\(scalar.debugDescription)")
        }
    }

    @Test(
        "the rest is classified by Unicode's properties",
        arguments: [
            (
                "\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}\u{2060}\u{2066}\u{2069}\u{FEFF}\u{AD}\u{34F}\u{61C}\u{180E}\u{FE0F}\u{E0041}\u{3164}\u{202E}",
                TypedCharacter.invisible
            ),
            (" \t\n\r\u{A0}\u{2009}\u{3000}\u{2028}\u{85}\u{202F}", .blank), ("-‐‑‒–—―−－﹣﹘⸺〜ーｰ֊", .dash),
            ("\"'`´“”„‚‘’«»‹›＂＇「」", .quotationMark),
            ("\u{301}\u{20DD}\u{307}", .mark), ("@＠﹫", .at), (".．。｡﹒․", .dot), ("_/:!*()[]#+=·…＿€", .punctuation),
            ("\0\u{1}\u{7F}\u{90}\u{E000}\u{FFFF}", .control),
        ])
    func others(characters: String, kind: TypedCharacter) {
        for scalar in characters.unicodeScalars {
            #expect(TypedCharacter(scalar) == kind, "\(scalar.debugDescription) \(scalar.value)")
        }
    }
}
