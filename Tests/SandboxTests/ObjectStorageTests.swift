import Crypto
import EventLoop
import FoundationEssentials
import HTTP
import Kernel
import Support
import Testing

@testable import Sandbox

@Suite("Object storage")
final class ObjectStorageTests: Sendable {
    private let folder: String
    private let storage: ObjectStorage
    private static let content = "0123456789"

    init() throws {
        folder = "\(FileManager.default.temporaryDirectory.path)/sandbox-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: "\(folder)/inside/deep", withIntermediateDirectories: true)
        try Data(ObjectStorageTests.content.utf8).write(to: URL(filePath: "\(folder)/inside/deep/a b.zip"))
        try Data("secret".utf8).write(to: URL(filePath: "\(folder)/outside.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/inside/link.txt", withDestinationPath: "\(folder)/outside.txt")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/inside/up", withDestinationPath: folder)
        let environment = TestSandbox.environment.merging([
            "STORAGE_FOLDER": "\(folder)/inside", "STORAGE_BUCKET": "shop", "STORAGE_SIGNER": "hmac:ME:key",
        ]) { $1 }
        var settings = try SandboxSettings(environment).storage
        settings.objectLimit = 10
        storage = ObjectStorage(settings: settings, clock: TestClock().wallClock)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    /// Returns the response to a correctly signed request.
    private func get(
        _ path: String, method: HTTP.Method = .get, query: String = "", fields: Fields = [:]
    ) async throws -> Response {
        var fields = fields
        fields.append("Host", "127.0.0.1")
        let now = TestClock().wallClock.now()
        let target = try signedTarget(path, method: method, query: query, id: "ME", secret: "key", at: now)
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let request = Request(method: method, path: parts[0], query: parts[1], fields: fields)
        let storage = storage
        return try await onLoop { await storage.answer(request) }
    }

    @Test("an object is served with its type, fingerprint and date, under the requested name")
    func object() async throws {
        let query = "&response-content-disposition=attachment%3B%20filename%3D%22x.zip%22"
        let answer = try await get("/shop/deep/a%20b.zip", query: query)
        #expect(answer.status == 200)
        #expect(answer.body == Array(ObjectStorageTests.content.utf8))
        #expect(answer.fields["content-type"] == "application/zip")
        #expect(answer.fields["content-disposition"] == #"attachment; filename="x.zip""#)
        #expect(answer.fields["accept-ranges"] == "bytes")
        #expect(answer.fields["etag"]?.count == 34)
        #expect(answer.fields["last-modified"]?.hasSuffix(" GMT") == true)
        let typed = try await get("/shop/deep/a%20b.zip", method: .head, query: "&response-content-type=text%2Fplain")
        #expect(typed.status == 200)
        #expect(typed.fields["content-type"] == "text/plain")
    }

    @Test(
        "one range is answered in part",
        arguments: [
            ("bytes=0-3", 206, "0123", "bytes 0-3/10"), ("bytes=4-", 206, "456789", "bytes 4-9/10"),
            ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=-30", 206, "0123456789", "bytes 0-9/10"),
            ("bytes=8-99", 206, "89", "bytes 8-9/10"), ("bytes=0-0", 206, "0", "bytes 0-0/10"),
            ("bytes=10-", 416, nil, "bytes */10"), ("bytes=-0", 416, nil, "bytes */10"),
            ("bytes=5-4", 200, "0123456789", nil), ("bytes=0-1,4-5", 200, "0123456789", nil),
            ("bytes=", 200, "0123456789", nil), ("bytes=-", 200, "0123456789", nil),
            ("bytes=a-b", 200, "0123456789", nil), ("bytes=+1-2", 200, "0123456789", nil),
            ("bytes=0-99999999999999999999", 200, "0123456789", nil), ("items=0-3", 200, "0123456789", nil),
        ] as [(String, Int, String?, String?)])
    func ranges(range: String, status: Int, body: String?, contentRange: String?) async throws {
        let answer = try await get("/shop/deep/a%20b.zip", fields: ["Range": range])
        #expect(answer.status == status)
        if let body { #expect(String(decoding: answer.body, as: UTF8.self) == body) }
        #expect(answer.fields["content-range"] == contentRange)
    }

    @Test("a range of another version gets the whole object, and a known object is not sent again")
    func conditions() async throws {
        let path = "/shop/deep/a%20b.zip"
        let etag = try await get(path).fields["etag"] ?? ""
        #expect(try await get(path, fields: ["Range": "bytes=0-3", "If-Range": etag]).status == 206)
        #expect(try await get(path, fields: ["Range": "bytes=0-3", "If-Range": "\"other\""]).status == 200)
        #expect(try await get(path, fields: ["If-None-Match": etag]).status == 304)
    }

    @Test(
        "no name leads out of the folder",
        arguments: [
            "/shop/../outside.txt", "/shop/%2e%2e/outside.txt", "/shop/deep/..%2F..%2F..%2Foutside.txt",
            "/shop/link.txt",
            "/shop/up/outside.txt", "/shop/deep", "/shop/deep/", "/shop//deep/a%20b.zip", "/shop/./deep/a%20b.zip",
            "/shop/",
            "/shop", "/shop/none.zip", "/shop/deep/a%20b.zip%00", "/shop/%2Fetc/passwd",
        ])
    func traversal(path: String) async throws {
        let answer = try await get(path)
        #expect(answer.status == 404)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("<Code>NoSuchKey</Code>"))
    }

    @Test("errors are in Cloud Storage's XML")
    func faults() async throws {
        let storage = storage
        let unsigned = try await onLoop { await storage.answer(Request(path: "/shop/deep/a%20b.zip")) }
        #expect(unsigned.status == 403)
        #expect(
            String(decoding: unsigned.body, as: UTF8.self).hasPrefix("<?xml version='1.0' encoding='UTF-8'?><Error>"))
        #expect(try await get("/other/deep/a%20b.zip").status == 404)
        #expect(try await get("/shop/deep/a%20b.zip", method: .put).status == 405)
        try Data("01234567890".utf8).write(to: URL(filePath: "\(folder)/inside/long.zip"))
        #expect(try await get("/shop/long.zip").status == 501)
    }
}

/// Returns a path and query signed for a minute, for a host without a port.
func signedTarget(
    _ path: String, method: HTTP.Method = .get, query: String = "", id: String, secret: String, at now: Instant
) throws -> String {
    let date = CivilTime(now).iso8601Basic
    let scope = [String(date.prefix(8)), "auto", "storage", "goog4_request"]
    let unsigned =
        "X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=\(id)%2F\(scope.joined(separator: "%2F"))"
        + "&X-Goog-Date=\(date)&X-Goog-Expires=60&X-Goog-SignedHeaders=host\(query)"
    let request = Request(method: method, path: path, query: unsigned, fields: ["Host": "127.0.0.1"])
    let digest = Hex.encode(SHA256.hash(Array(try SignedURL(request).canonicalRequests(["host"])[0].utf8)))
    let text = ["GOOG4-HMAC-SHA256", date, scope.joined(separator: "/"), digest].joined(separator: "\n")
    let key = scope.reduce(Secret("GOOG4\(secret)")) { Secret(bytes: HMACSHA256.tag(key: $0, Array($1.utf8))) }
    return "\(path)?\(unsigned)&X-Goog-Signature=\(Hex.encode(HMACSHA256.tag(key: key, Array(text.utf8))))"
}
