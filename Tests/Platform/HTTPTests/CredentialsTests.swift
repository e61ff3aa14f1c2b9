import HTTP
import Testing

@Suite("Credentials")
struct CredentialsTests {
    @Test(
        "a scheme is compared without case, and any blanks may follow it",
        arguments: ["Bearer a.b", "bearer a.b", "BEARER a.b", "bEaReR   a.b", "  Bearer a.b"])
    func bearer(field: String) {
        #expect(
            Credentials(["Authorization": field.hasPrefix(" ") ? String(field.dropFirst(2)) : field])?.bearer == "a.b")
        #expect(Credentials(["AUTHORIZATION": "basic YTpi"])?.content(of: "Basic") == "YTpi")
    }

    @Test(
        "nothing else is a bearer's",
        arguments: [
            "", "Bearer", "Bearer ", "Bearera.b", "Bearer\ta.b", "Basic a.b", "a.b", " a.b", "Bear er a.b",
            "Beare\u{212A} a",
        ])
    func others(field: String) {
        #expect(Credentials(["Authorization": field])?.bearer == nil)
    }

    @Test("a field that is missing or doubled has no credentials")
    func notOne() {
        #expect(Credentials([:])?.bearer == nil)
        #expect(Credentials(["Authorization": "Bearer a", "authorization": "Bearer a"])?.bearer == nil)
    }
}
