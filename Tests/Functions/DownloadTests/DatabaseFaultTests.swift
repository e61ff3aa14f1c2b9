import Downloads
import HTTP
import Kernel
import Postgres
import Storage
import Testing

@testable import DownloadFunction

@Suite("Database fault")
struct DatabaseFaultTests {
    private static let down = PostgresFault.couldNotConnect("refused")
    private static let broken = PostgresFault.server(state: "42P01", constraint: "", message: "no table")

    private func ask(
        _ file: String, _ fault: PostgresFault, accept: String, log: LogLines = LogLines()
    ) async throws -> Response {
        let now = Instant(unixSeconds: 1_795_201_140)
        let download = Download(
            tokens: try sampleTokens(), publicURL: shopURL, trustedHops: 0, log: log.log, now: { now },
            overview: { _, _, _ throws(PostgresFault) in throw fault },
            use: { _, _, _, _ throws(PostgresFault) in throw fault },
            reason: { _ throws(PostgresFault) in throw fault },
            link: .local { _, _, _, _ throws(SigningFault) in throw .cannotSign })
        let token = try sampleTokens().mint(grant: GrantID(at: now), expiresAt: now + .seconds(9)).revealed()
        return await download(Request(path: "/download/\(token)\(file)", fields: ["Accept": accept]))
    }

    @Test("is 503 with Retry-After while the database is away", arguments: ["", "/GenX-1.0.0.zip"])
    func down(file: String) async throws {
        let page = try await ask(file, DatabaseFaultTests.down, accept: "text/html")
        #expect(page.status == 503 && page.fields["retry-after"] == "1")
        #expect(page.text.contains("does not answer right now"))
        let problem = try await ask(file, DatabaseFaultTests.down, accept: "application/json")
        #expect(problem.status == 503 && problem.fields["retry-after"] == "1")
        #expect(problem.fields["content-type"] == "application/problem+json")
    }

    @Test("of ours is 500 and an error in the log", arguments: ["", "/GenX-1.0.0.zip"])
    func broken(file: String) async throws {
        let log = LogLines()
        #expect(try await ask(file, DatabaseFaultTests.broken, accept: "text/html", log: log).status == 500)
        #expect(log.texts.count == 1)
        #expect(log.texts[0].contains(#""severity":"ERROR""#) && log.texts[0].contains("42P01"))
    }
}
