import Crypto
import Kernel
import OIDC
import Support
import Testing

@Suite("Identity token")
struct IdentityTokenTests {
    private static let now = Instant(unixSeconds: 1_795_201_140)
    private static let email = "scheduler@shop.iam.gserviceaccount.com"
    private static let claims = #"""
        {"iss":"https://accounts.google.com","aud":"https://shop.example/tasks","sub":"1234","azp":"1234",\#
        "email":"scheduler@shop.iam.gserviceaccount.com","email_verified":true,"iat":1795201100,"exp":1795204700}
        """#

    @Test("a token like Google's is accepted")
    func good() throws {
        let token = try verify(try sign(IdentityTokenTests.claims))
        #expect(token.subject == "1234")
    }

    @Test(
        "a wrong claim is refused by its name",
        arguments: [
            (#""https://shop.example/tasks""#, #""https://shop.example/task""#, "aud"),
            (#""https://shop.example/tasks""#, #""https://shop.example/tasks/""#, "aud"),
            (#""https://accounts.google.com""#, #""https://accounts.example.com""#, "iss"),
            (#""https://accounts.google.com""#, #""https://accounts.google.com.evil.example""#, "iss"),
            (#""scheduler@shop.iam"#, #""other@shop.iam"#, "email"),
            (#""scheduler@shop.iam"#, #""Scheduler@shop.iam"#, "email"),
            ("true", "false", "email_verified"),
            ("1795204700", "1795201080", "exp"), ("1795204700", "1795201099", "exp"),
            ("1795204700", "1795287501", "exp"), ("1795204700", "9223372036854775807", "exp"),
            ("1795204700", "-1", "exp"), ("1795201100", "1795201201", "iat"), ("1795201100", "-5", "iat"),
            (#""sub""#, #""nbf":1795201201,"sub""#, "nbf"),
        ])
    func wrongClaims(old: String, new: String, name: String) throws {
        let token = try sign(IdentityTokenTests.claims.replacing(old, with: new))
        #expect(throws: TokenFault.claim(name)) { try verify(token) }
    }

    @Test(
        "clocks may differ by a minute and not more",
        arguments: [("1795204700", "1795201101"), ("1795201100", "1795201200")])
    func leeway(old: String, new: String) throws {
        _ = try verify(try sign(IdentityTokenTests.claims.replacing(old, with: new)))
    }

    @Test(
        "ambiguous members and members of another type are refused",
        arguments: [
            (#""aud":"#, #""aud":"https://evil.example","aud":"#), (#""sub":"#, #""\u0061ud":"x","sub":"#),
            ("1795204700", "1795204700.0"), ("1795204700", "1795204700e0"), ("1795204700", #""1795204700""#),
            ("1795204700", "1e400"), ("1795204700", "99999999999999999999"), ("1795204700", "null"),
            ("1795204700", "01795204700"), ("true", #""true""#), ("true", "1"),
            (#""https://shop.example/tasks""#, #"["https://shop.example/tasks"]"#), ("}", "}}"), ("}", "} x"),
            ("{", "[{"), (#","iat":1795201100"#, ""), (#","exp":1795204700"#, ""), (#""email_verified":true,"#, ""),
        ])
    func odd(old: String, new: String) throws {
        let token = try sign(IdentityTokenTests.claims.replacing(old, with: new))
        #expect(throws: TokenFault.self) { try verify(token) }
    }

    @Test(
        "a token header that would choose how the token is verified is refused",
        arguments: [
            #"{"alg":"none","kid":"first"}"#, #"{"alg":"None","kid":"first"}"#, #"{"alg":"HS256","kid":"first"}"#,
            #"{"alg":"RS512","kid":"first"}"#, #"{"alg":"PS256","kid":"first"}"#, #"{"alg":"rs256","kid":"first"}"#,
            #"{"alg":"RS256"}"#, #"{"alg":"RS256","kid":""}"#, #"{"alg":"RS256","kid":null}"#,
            #"{"alg":"RS256","kid":"third"}"#, #"{"alg":"RS256","kid":["first"]}"#, #"{"kid":"first"}"#,
            #"{"alg":"RS256","kid":"first","jwk":{}}"#, #"{"alg":"RS256","kid":"first","jku":"https://evil.example"}"#,
            #"{"alg":"RS256","kid":"first","x5c":[]}"#, #"{"alg":"RS256","kid":"first","x5u":"https://evil.example"}"#,
            #"{"alg":"RS256","kid":"first","crit":["exp"]}"#, #"{"alg":"RS256","kid":"first","b64":false}"#,
            #"{"alg":"RS256","alg":"none","kid":"first"}"#, #"{"alg":"RS256","kid":"first","typ":"at+jwt"}"#,
            #"{"alg":["RS256"],"kid":"first"}"#, #"["RS256"]"#, "RS256", "",
        ])
    func headers(header: String) throws {
        let token = try sign(IdentityTokenTests.claims, header: header)
        #expect(throws: TokenFault.self) { try verify(token) }
    }

    @Test("a shared-secret signature made with the public key's text is refused")
    func confusion() throws {
        let input = signingInput(IdentityTokenTests.claims, #"{"alg":"HS256","kid":"first"}"#)
        let tag = HMACSHA256.tag(key: Secret(SampleIssuer.keySet(1)), Array(input.utf8))
        #expect(throws: TokenFault.self) { try verify("\(input).\(Base64URL.encode(tag))") }
    }

    @Test("only the named key of the set verifies a token")
    func otherKey() throws {
        let token = try sign(IdentityTokenTests.claims, header: #"{"alg":"RS256","kid":"second"}"#)
        #expect(throws: TokenFault.badSignature) { try verify(token) }
    }

    @Test("a token has one encoding: padding, other symbols, stray bits, blanks and extra parts are refused")
    func spellings() throws {
        let token = try sign(IdentityTokenTests.claims)
        let last = try #require(token.last)
        let stray = String(token.dropLast()) + String(UnicodeScalar(UInt8(last.asciiValue ?? 0) ^ 1))
        let others = [
            token + "=", token + ".", "." + token, token + "\n", " " + token, token + ".e30", stray,
            token.replacing("-", with: "+").replacing("_", with: "/"), String(repeating: "a", count: 9_000),
            token + String(repeating: "A", count: 4),
        ]
        for other in others where other != token {
            #expect(throws: TokenFault.self, "\(other.suffix(12))") { try verify(other) }
        }
    }

    @Test("a key set with two keys of one name, weak keys alone, or none is refused")
    func keySets() {
        let good = SampleIssuer.keySet(1)
        for text in [
            "", "{}", "[]", #"{"keys":[]}"#, SampleIssuer.keySet(2).replacing("second", with: "first"),
            good.replacing("AQAB", with: "Aw"), good.replacing(#""RSA""#, with: #""EC""#),
            good.replacing(#""sig""#, with: #""enc""#), good.replacing("RS256", with: "RS384"),
            #"{"keys":[{"kty":"RSA","kid":"a","e":"AQAB","n":"AQAB"}]}"#,
            String(repeating: " ", count: KeySet.maxBytes) + good,
        ] {
            #expect(throws: TokenFault.self, "\(text.prefix(60))") { try KeySet(Array(text.utf8)) }
        }
    }

    @discardableResult
    private func verify(_ text: String) throws(TokenFault) -> IdentityToken {
        try IdentityToken(
            verifying: text, keys: try KeySet(Array(SampleIssuer.keySet(2).utf8)),
            expecting: IdentityToken.Expectation(
                audience: "https://shop.example/tasks", email: IdentityTokenTests.email), at: IdentityTokenTests.now)
    }

    private func sign(_ claims: String, header: String = #"{"alg":"RS256","typ":"JWT","kid":"first"}"#) throws -> String
    {
        let input = signingInput(claims, header)
        let key = try RSAPrivateKey(pem: Secret(SampleIssuer.privateKeys[0]))
        return "\(input).\(Base64URL.encode(try key.sign(Array(input.utf8))))"
    }

    private func signingInput(_ claims: String, _ header: String) -> String {
        "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(claims.utf8)))"
    }
}
