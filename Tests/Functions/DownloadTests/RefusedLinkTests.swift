import Downloads
import HTTP
import Kernel
import Log
import Postgres
import Settings
import Storage
import Support
import Testing

@testable import DownloadFunction

/// What is refused before the database is asked: the closures that would ask it fail the test.
@Suite("Refused link")
struct RefusedLinkTests {
    private let now = Instant(unixSeconds: 1_795_201_140)
    private let grant = GrantID(at: Instant(unixSeconds: 3))

    private func fetch(_ path: String, _ method: Method = .get, accept: String = "text/html") async throws -> Response {
        let now = now
        let download = Download(
            tokens: try sampleTokens(), publicURL: shopURL, trustedHops: 0, log: silentLog, now: { now },
            overview: { _, _, _ throws(PostgresFault) in
                Issue.record("the database was asked what the link shows")
                throw .cancelled
            },
            use: { _, _, _, _ throws(PostgresFault) in
                Issue.record("the database was asked to count")
                throw .cancelled
            },
            reason: { _ throws(PostgresFault) in
                Issue.record("the database was asked why")
                throw .cancelled
            },
            link: .local { _, _, _, _ throws(SigningFault) in
                Issue.record("a link was signed")
                throw .cannotSign
            })
        return await download(Request(method: method, path: path, fields: ["Accept": accept]))
    }

    private func token(_ secret: String? = nil, expiresIn seconds: Int64 = 3600) throws -> String {
        try (secret.map(sampleTokens) ?? sampleTokens())
            .mint(grant: grant, expiresAt: now + .seconds(seconds)).revealed()
    }

    @Test("that is malformed or forged costs no query and gets nothing but 404", arguments: ["", "/GenX-1.0.0.zip"])
    func forged(file: String) async throws {
        let good = try token()
        let last = good.last == "A" ? "B" : "A"
        let others = [
            "x", String(good.dropLast()), good + "A", good.dropLast() + last, String(repeating: "A", count: 64),
            try token("1:\(String(repeating: "B", count: 42))A="), try token("2:\(String(repeating: "A", count: 43))="),
        ]
        let bodies = try await others.asyncMap { token in
            let response = try await fetch("/download/\(token)\(file)")
            #expect(response.status == 404)
            return response.text
        }
        #expect(Set(bodies).count == 1)
        #expect(bodies[0].contains("href=\"/lost-email\""))
    }

    @Test("that has expired costs no query and leads to a fresh one", arguments: ["", "/GenX-1.0.0.zip"])
    func expired(file: String) async throws {
        let response = try await fetch("/download/\(token(expiresIn: 0))\(file)")
        #expect(response.status == 410)
        #expect(response.text.contains("has expired") && response.text.contains("href=\"/lost-email\""))
        let problem = try await fetch("/download/\(token(expiresIn: -1))\(file)", accept: "application/json")
        #expect(problem.status == 410 && problem.fields["content-type"] == "application/problem+json")
        #expect(problem.text.contains("urn:latchkey:problem:gone"))
    }

    @Test(
        "by another method is 405 and costs no query", arguments: [Method.post, .put, .delete, .patch, .options],
        ["", "/GenX-1.0.0.zip"])
    func methods(method: Method, file: String) async throws {
        for accept in ["text/html", "application/json"] {
            let response = try await fetch("/download/\(token())\(file)", method, accept: accept)
            #expect(response.status == 405)
            #expect(response.fields["allow"] == "GET, HEAD")
        }
    }

    @Test("at another address is 404", arguments: ["/", "/download", "/download/", "/downloads/x", "/download/a/b/c"])
    func addresses(path: String) async throws {
        #expect(try await fetch(path).status == 404)
    }

    @Test(
        "to a file whose name cannot be one costs no query",
        arguments: ["..", "%2e%2e%2fmanifest.json", "GenX%00.zip", "%ff", "%zz", ".hidden", "a%0d%0ab"])
    func names(file: String) async throws {
        #expect(try await fetch("/download/\(token())/\(file)").status == 404)
        #expect(try await fetch("/download/\(token())/\(file)", .head).status == 404)
    }

    @Test(
        "is never stored, indexed or told on, whatever the reason and the form",
        arguments: ["text/html", "application/json"])
    func fields(accept: String) async throws {
        for path in ["/", "/download/x", "/download/\(try token(expiresIn: 0))"] {
            let fields = try await fetch(path, accept: accept).fields
            #expect(fields["cache-control"] == "no-store")
            #expect(fields["referrer-policy"] == "no-referrer")
            #expect(fields["x-robots-tag"] == "noindex")
        }
    }
}

extension Array {
    func asyncMap<Output>(_ transform: (Element) async throws -> Output) async rethrows -> [Output] {
        var outputs: [Output] = []
        for element in self { outputs.append(try await transform(element)) }
        return outputs
    }
}
