import Crypto
import Downloads
import Kernel
import Support
import Testing

@Suite("Download token")
struct DownloadTokensTests {
    private let now = Instant(unixSeconds: 1_799_999_000)
    private let expiry = Instant(unixSeconds: 1_800_000_000)
    private let text = "AAAAAwGToOAAAHAAgAAAAAAAAAEAAAAAa0nSAFfUYbaSiC7JbzDF1Yotswid1Fkw"

    private func grant() throws -> GrantID { try #require(GrantID("0193a0e0-0000-7000-8000-000000000001")) }

    private func fault(_ text: String, _ versions: [Int] = [3, 2], now moment: Instant? = nil) throws -> TokenFault? {
        let tokens = DownloadTokens(
            secrets: try #require(VersionedSecrets(versions.map { secretsText($0) }.joined(separator: ","))))
        do {
            _ = try tokens.verify(text, now: moment ?? now)
            return nil
        } catch {
            return error
        }
    }

    @Test("with any one bit flipped is refused")
    func flipped() throws {
        let bytes = try #require(Base64URL.decode(text))
        for bit in 0..<(bytes.count * 8) {
            var wrong = bytes
            wrong[bit / 8] ^= 1 << (bit % 8)
            #expect(try fault(Base64URL.encode(wrong)) == .forged)
        }
    }

    @Test("with any one character changed is refused")
    func changed() throws {
        for place in text.indices {
            for other in ["A", "-", "_", "z", "=", " ", "+", "/", "\u{0}", "é"] where other != String(text[place]) {
                #expect(try fault(text.replacingCharacters(at: place, with: other)) != nil)
            }
        }
    }

    @Test("cut short or made longer is malformed")
    func length() throws {
        for count in 0..<text.count { #expect(try fault(String(text.prefix(count))) == .malformed) }
        for tail in ["A", "=", "====", " ", "\n", "\0", "AAAA", text] { #expect(try fault(text + tail) == .malformed) }
        #expect(try fault(" " + text) == .malformed)
        #expect(try fault(text + String(repeating: "A", count: 100_000)) == .malformed)
    }

    @Test("in another spelling of the same bytes is refused")
    func spelling() throws {
        let tokens = DownloadTokens(secrets: try secrets(3))
        var sawOther = false
        for second in 0..<200 {
            let text = tokens.mint(grant: try grant(), expiresAt: Instant(unixSeconds: 1_800_000_000 + Int64(second)))
                .revealed()
            let plain = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
            guard plain != text else { continue }
            sawOther = true
            #expect(try fault(plain) == .malformed)
        }
        #expect(sawOther)
    }

    @Test("under a key that is gone, or under another key of the same number, is forged")
    func wrongKey() throws {
        #expect(try fault(text, [2]) == .forged)
        #expect(try fault(text, [13]) == .forged)
        let other = try #require(VersionedSecrets("3:" + Base64.encode([UInt8](repeating: 9, count: 32))))
        #expect(throws: TokenFault.forged) { try DownloadTokens(secrets: other).verify(text, now: now) }
    }

    @Test("of nothing, of zeros and of the greatest values is forged, not a crash")
    func extremes() throws {
        #expect(try fault("") == .malformed)
        for byte in [UInt8(0), 255] {
            #expect(try fault(Base64URL.encode([UInt8](repeating: byte, count: 48))) == .forged)
        }
    }

    @Test("is expired from its last second on, and forged comes before expired")
    func stale() throws {
        #expect(try fault(text, now: expiry) == .expired)
        #expect(try fault(text, now: expiry + .seconds(1)) == .expired)
        #expect(try fault(text, now: Instant(microseconds: .max)) == .expired)
        #expect(try fault(text, [13], now: expiry) == .forged)
        #expect(try fault(text, now: expiry - .microseconds(1)) == nil)
    }

    @Test("is minted as another implementation mints it, under 100 characters")
    func minted() throws {
        // Computed with Python's hmac, struct and base64 modules.
        let tokens = DownloadTokens(secrets: try secrets(3, 2))
        let minted = tokens.mint(grant: try grant(), expiresAt: expiry + .microseconds(999_999))
        #expect(minted.revealed() == text)
        #expect(text.count == 64)
        #expect(!"\(minted)".contains("AAAA"))
    }

    @Test("gives its grant, expiry and key version, also when its key is no longer the first")
    func verified() throws {
        for versions in [[3], [3, 2], [4, 3], [5, 4, 3]] {
            let joined = versions.map { secretsText($0) }.joined(separator: ",")
            let token = try DownloadTokens(secrets: try #require(VersionedSecrets(joined))).verify(text, now: now)
            #expect(token.grant == (try grant()))
            #expect(token.expiresAt == expiry)
            #expect(token.keyVersion == 3)
        }
    }
}

extension String {
    fileprivate func replacingCharacters(at place: Index, with other: String) -> String {
        String(self[..<place]) + other + String(self[index(after: place)...])
    }
}
