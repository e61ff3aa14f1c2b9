import Crypto
import Kernel
import Licensing
import Testing

@Suite("License key")
struct LicenseKeyTests {
    private let key = "GENX-855E-K7EH-AJ9C"

    private func license(_ text: String) throws -> LicenseID { try #require(LicenseID(text)) }

    @Test(
        "refuses what is no key",
        arguments: [
            "", "GENX", "855E-K7EH-AJ9C", "G-855E-K7EH-AJ9C", "GENXGENXX-855E-K7EH-AJ9C", "GENX-855E-K7EH-AJ9",
            "GENX-855E-K7EH-AJ9CC", "GENX-855E-K7EH-AJ9*", "GENX-855E-K7EH-AJ9Ċ", "GENX-U55E-K7EH-AJ9C",
            "GENX-855E-K7EH-AJ9U", "GENX_855E_K7EH_AJ9C", "G#NX-855E-K7EH-AJ9C", "GENX-855E-K7EH-AJ9C\0",
            "GENX-855E-K7EH-AJ9C" + String(repeating: " ", count: 110), "ГENX-855E-K7EH-AJ9C", "ბGENX-855E-K7EH-AJ9C",
        ])
    func refused(text: String) {
        #expect(LicenseKey(text) == nil)
    }

    @Test("refuses every change of one symbol, prefix included")
    func substitution() {
        let symbols = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let right = Array("GENX855EK7EHAJ9C")
        for place in right.indices {
            for symbol in symbols where symbol != right[place] {
                var wrong = right
                wrong[place] = symbol
                #expect(LicenseKey(String(wrong)) == nil)
            }
        }
    }

    @Test("refuses every swap of neighbours, across dashes and with the prefix too")
    func transposition() {
        let right = Array("GENX855EK7EHAJ9C")
        for place in right.indices.dropLast() where right[place] != right[place + 1] {
            var wrong = right
            wrong.swapAt(place, place + 1)
            #expect(LicenseKey(String(wrong)) == nil)
        }
    }

    @Test(
        "forgives case, blanks, any dashes or none, O for 0, and I and L for 1",
        arguments: [
            "GENX-855E-K7EH-AJ9C", "genx-855e-k7eh-aj9c", "GENX855EK7EHAJ9C", " GENX 855E K7EH AJ9C\r\n",
            "GENX–855E—K7EH−AJ9C", "G-E-N-X-8-5-5-E-K-7-E-H-A-J-9-C", "GENX\u{2010}855E\u{2011}K7EH\u{00AD}AJ9C",
            "\tGENX\u{00A0}-\u{2009}855EK7EHAJ9C\u{200B}", "\u{FEFF}GENX\u{FF0D}855E\u{FE63}K7EH-AJ9C",
        ])
    func forgives(text: String) {
        #expect(LicenseKey(text)?.revealed() == key)
    }

    @Test("forgives mistaken symbols in keys that have them, prefix included")
    func mistaken() throws {
        let right = try #require(LicenseKey("TOOLBUS-W1K0-Z5K4-2A8Y"))
        for text in ["T00LBUS-WLKO-Z5K4-2A8Y", "toolbus wiko z5k4 2a8y", "TOO1BVS-WIKo-Z5K4-2A8Y"] {
            let typed = try #require(LicenseKey(text))
            #expect(typed == right)
            #expect(typed.hash(pepper: Pepper(Secret("pepper"))) == right.hash(pepper: Pepper(Secret("pepper"))))
        }
        #expect(right.revealed() == "TOOLBUS-W1K0-Z5K4-2A8Y")
    }

    // Computed with a few lines of Python (hmac, and multiplication in GF(32) by logarithms).
    @Test(
        "is derived as another implementation derives it",
        arguments: [
            (
                "GENX", 1, "0193a0e0-0000-7000-8000-000000000001", "GENX-855E-K7EH-AJ9C",
                "a35fc007e0217b688853800c6c412cd8acfce90ebe533323c151750c5c610df3"
            ),
            (
                "genx", 2, "0193a0e0-0000-7000-8000-000000000001", "GENX-3DXH-9CAP-FE8X",
                "6197bfe964d4d06b591245ce78dac1afefbd50bcdf75e47f836abbdd46466a6b"
            ),
            (
                "TOOLBUS", 1, "ffffffff-ffff-7fff-bfff-ffffffffffff", "TOOLBUS-W1K0-Z5K4-2A8Y",
                "8f175e11e0e4c0d474fc240286c149242ca4a308493df600a037dbb50d6d49ff"
            ),
        ])
    func derived(prefix: String, version: Int, id: String, text: String, hash: String) throws {
        let origin = KeyOrigin(license: try license(id), prefix: prefix, version: version, reissues: 0)
        let key = try keys(2, 1).key(of: origin)
        #expect(key.revealed() == text)
        #expect(key.lastFour == text.suffix(4))
        #expect(LicenseKey(text) == key)
        #expect(Hex.encode(try keys(2, 1).hash(key)) == hash)
    }

    // Computed by the same few lines: HMAC of the text, the ID and the count in four bytes, the highest first.
    @Test(
        "is another one each time the license is reissued, as another implementation derives it",
        arguments: [
            (1, 0, "GENX-855E-K7EH-AJ9C", "a35fc007e0217b688853800c6c412cd8acfce90ebe533323c151750c5c610df3"),
            (1, 1, "GENX-CJ7J-A9N3-4P0G", "56b1d34c88761da56c7a757f65a1a4885b1a9a0878539ec1c2dff8feaf5f06c0"),
            (1, 2, "GENX-8THX-NXD2-1YE1", "879fac7a2ca5d6d2a23d695ff3144598c8a9beea61414ede1a1cd0d34be63934"),
            (
                1, 2_147_483_647, "GENX-8T13-7TAD-SFJV",
                "9b9926d21bce0ff85479da5c2607d8a388f2fca8aa617475c4fbd332a52f5dea"
            ),
            (2, 1, "GENX-BS8R-B8QW-ASAG", "6deb8276c639ec134cce7b9c0148ac41f52d3356b51f8cd76140dd8633de0eb2"),
        ])
    func reissued(version: Int, reissues: Int, text: String, hash: String) throws {
        let key = try keys(2, 1).key(
            of: KeyOrigin(
                license: license("0193a0e0-0000-7000-8000-000000000001"), prefix: "GENX", version: version,
                reissues: reissues))
        #expect(key.revealed() == text)
        #expect(Hex.encode(try keys(2, 1).hash(key)) == hash)
    }

    @Test(
        "is known by its last four symbols, however they were typed",
        arguments: ["AJ9C", "aj9c", "…-AJ9C", "-aj9c ", "A J 9 C"])
    func lastFour(text: String) {
        #expect(LicenseKey.lastFour(typed: text) == "AJ9C")
    }

    @Test("reads mistaken symbols among the last four, and takes nothing else for them")
    func noLastFour() {
        #expect(LicenseKey.lastFour(typed: "oil0") == "0110")
        for text in ["", "AJ9", "AJ9CC", "AJ9U", "AJ9*", "pi_1", "АJ9C"] {
            #expect(LicenseKey.lastFour(typed: text) == nil, "\(text)")
        }
    }

    @Test("is not derived under a secret we do not have, or behind what is no prefix")
    func underivable() throws {
        let (keys, id) = (try keys(2, 1), try license("0193a0e0-0000-7000-8000-000000000001"))
        #expect(throws: KeyFault.unknownVersion(3)) {
            try keys.key(of: KeyOrigin(license: id, prefix: "GENX", version: 3, reissues: 0))
        }
        #expect(throws: KeyFault.badPrefix) {
            try keys.key(of: KeyOrigin(license: id, prefix: "G-", version: 1, reissues: 0))
        }
    }

    @Test("comes back from its own text, for ten thousand licenses")
    func roundTrip() throws {
        let keys = try keys(1)
        var seen: Set<String> = []
        for number in 0..<10_000 {
            let id = LicenseID(UUIDv7(at: Instant(unixSeconds: 0), entropy: (0, UInt64(number) << 2)))
            let key = try keys.key(of: KeyOrigin(license: id, prefix: "DL", version: 1, reissues: 0))
            #expect(LicenseKey(key.revealed()) == key)
            seen.insert(key.revealed())
        }
        #expect(seen.count == 10_000)
    }

    @Test("shows no more than its last four symbols when printed")
    func hidden() throws {
        let key = try #require(LicenseKey(key))
        var dumped = ""
        dump([key], to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\([key])", "\(Optional(key) as Any)", dumped] {
            #expect(!text.contains("855E") && !text.contains("K7EH") && !text.contains("56, 53"))
            #expect(text.contains("AJ9C"))
        }
    }
}

@Suite("License prefix")
struct LicensePrefixTests {
    @Test(
        "refuses all but 2 to 8 ASCII letters and digits",
        arguments: ["", "G", "GENXGENXX", "GE-X", "GE X", "GÉNX", "G\n"])
    func refused(text: String) {
        #expect(LicensePrefix(text) == nil)
    }

    @Test("is written in upper case and compared as it is read")
    func compared() throws {
        let prefix = try #require(LicensePrefix("tools2u"))
        #expect(prefix.text == "TOOLS2U")
        #expect(prefix.canonical == "T001S2V")
        #expect(prefix == LicensePrefix("T00IS2V"))
        #expect(Set([prefix, try #require(LicensePrefix("TOOLS2V"))]).count == 1)
        #expect(prefix != LicensePrefix("TOOLS3U"))
    }
}
