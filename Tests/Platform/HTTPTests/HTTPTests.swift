import HTTP
import JSON
import Kernel
import Testing

@Suite("Form")
struct FormTests {
    @Test("reads names and values as browsers write them")
    func reads() throws {
        let form = try Form("product=genx-delay&name=Bj%C3%B6rk+G&empty=&flag&=x")
        #expect(form["product"] == "genx-delay")
        #expect(form["name"] == "Björk G")
        #expect(form["empty"] == "")
        #expect(form["flag"] == "")
        #expect(form["missing"] == nil)
    }

    @Test("refuses broken escapes and broken UTF-8", arguments: ["a=%", "a=%2", "a=%zz", "a=%ff", "%c3=a"])
    func refuses(text: String) {
        #expect(throws: Refusal.self) { try Form(text) }
    }

    @Test("refuses more fields than the limit")
    func limit() throws {
        let text = Array(repeating: "a=1", count: Form.entryLimit).joined(separator: "&")
        #expect(try Form(text).entries.count == Form.entryLimit)
        #expect(throws: Refusal.self) { try Form(text + "&a=1") }
    }

    @Test("gives the one value of a field that means something once, and refuses two")
    func single() throws {
        let form = try Form("email=a&product=x&product=x&%70roduct2=y")
        #expect(try form.single("email") == "a")
        #expect(try form.single("missing") == nil)
        #expect(throws: Refusal.malformed(field: "product", reason: "Give it once.")) { try form.single("product") }
        #expect(throws: Refusal.self) { try Form("a=1&%61=2").single("a") }
    }

    @Test("is cut between bytes, not between what Unicode calls characters")
    func bytes() throws {
        let form = try Form("a\u{600}&b=\u{301}c")
        #expect(try form.single("a\u{600}") == "")
        #expect(try form.single("b") == "\u{301}c")
    }

    @Test("writes what it reads")
    func roundTrip() throws {
        var form = Form()
        form.append("metadata[a b]", "1&2=3+é")
        #expect(form.encoded == "metadata%5Ba%20b%5D=1%262%3D3%2B%C3%A9")
        #expect(try Form(form.encoded) == form)
    }
}

@Suite("Fields")
struct FieldsTests {
    @Test("compares names without regard to case and keeps repeats")
    func names() {
        var fields: Fields = ["Accept": "a", "accept": "b"]
        #expect(fields["ACCEPT"] == "a")
        #expect(fields.values("accept") == ["a", "b"])
        fields.set("ACCEPT", "c")
        #expect(fields.values("accept") == ["c"])
    }

    @Test("cannot be made to split a message")
    func injection() {
        let fields: Fields = ["Location": "/x\r\nSet-Cookie: a=b\0"]
        #expect(fields["location"] == "/xSet-Cookie: a=b")
    }
}

@Suite("Preference")
struct PreferenceTests {
    @Test(
        "follows Accept and its weights",
        arguments: [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true), ("application/json", false),
            ("text/html;q=0.5, application/json;q=0.9", false), ("*/*", true), ("", true),
        ])
    func accept(value: String, isPage: Bool) {
        let preference = Preference(["Accept": value], fallback: .page)
        #expect((preference == .page) == isPage)
    }
}

@Suite("Client address")
struct ClientAddressTests {
    @Test(
        "believes only what our own proxies appended",
        arguments: [
            (0, "6.6.6.6", "10.0.0.1"), (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
            (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"), (3, "203.0.113.7", "10.0.0.1"),
            (1, " , ", "10.0.0.1"),
        ])
    func hops(trusted: Int, forwarded: String, expected: String) {
        let request = Request(path: "/", fields: ["X-Forwarded-For": forwarded], peer: "10.0.0.1")
        #expect(request.clientAddress(trustedHops: trusted) == expected)
    }
}

@Suite("Problem")
struct ProblemTests {
    @Test("names the field at fault and nothing that arrived")
    func json() {
        let response = Refusal.malformed(field: "quantity", reason: "Give a number from 1 to 25.").response
        #expect(response.status == 400)
        #expect(response.fields["content-type"] == "application/problem+json")
        let expected =
            #"{"type":"urn:latchkey:problem:malformed","title":"The request cannot be understood","status":400,"#
            + #""detail":"Give a number from 1 to 25.","field":"quantity"}"#
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
    }

    @Test("no browser takes an answer for programs for anything else")
    func sniffing() {
        #expect(Refusal.notFound.response.fields["x-content-type-options"] == "nosniff")
        #expect(Response.json(.null).fields["x-content-type-options"] == "nosniff")
    }

    @Test("a full queue says when to come back")
    func retryAfter() {
        #expect(Refusal.unavailable(retryAfterSeconds: 2).response.fields["retry-after"] == "2")
        #expect(Refusal.methodNotAllowed(allow: "POST").response.fields["allow"] == "POST")
    }
}
