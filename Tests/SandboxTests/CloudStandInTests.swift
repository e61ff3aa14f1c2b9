import Crypto
import FoundationEssentials
import HTTP
import JSON
import Kernel
import Support
import Testing

@testable import Sandbox

@Suite("The stand-in for Google Cloud")
final class CloudStandInTests: Sendable {
    private let folder: String
    private let cloud: CloudStandIn
    private let clock = TestClock()
    private static let account = "me@shop.example"
    private static let signPath = "/v1/projects/-/serviceAccounts/\(account):signBlob"
    private static let tokenPath = "/computeMetadata/v1/instance/service-accounts/default/token"
    private static let unit = 256 << 10

    init() async throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sandbox-\(UUID().uuidString)"
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let environment = TestSandbox.environment.merging([
            "STORAGE_FOLDER": folder, "STORAGE_BUCKET": "shop", "SERVICE_ACCOUNT": CloudStandInTests.account,
            "SERVICE_ACCOUNT_KEY": SampleIssuer.privateKeys[0], "STORAGE_ACCESS_TOKEN": "mine",
        ]) { $1 }
        let settings = try SandboxSettings(environment).storage
        let clock = clock.wallClock
        cloud = try await onLoop { CloudStandIn(settings, clock: clock) }
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    @Test("issues a token only with the metadata server's field, and not to a forwarded request")
    func tokens() async throws {
        let good = try await send(.get, CloudStandInTests.tokenPath, ["Metadata-Flavor": "Google"])
        #expect(good.status == 200 && good.fields["metadata-flavor"] == "Google")
        #expect(json(good)["expires_in"].integer == 3_599 && json(good)["token_type"].string == "Bearer")
        for fields: Fields in [
            [:], ["Metadata-Flavor": "google"], ["Metadata-Flavor": "Google", "X-Forwarded-For": "1.2.3.4"],
        ] {
            let bad = try await send(.get, CloudStandInTests.tokenPath, fields)
            #expect(bad.status == 403 && bad.fields["metadata-flavor"] == nil)
        }
    }

    @Test("signs for its account with a valid token, and checks every part of the request")
    func signs() async throws {
        let token = try await token()
        let payload = Base64.encode(Array("hello".utf8))
        let good = try await sign(token, #"{"payload":"\#(payload)","delegates":[]}"#)
        #expect(good.status == 200)
        let signature = Base64.decode(json(good)["signedBlob"].string ?? "") ?? []
        let key = try RSAPrivateKey(pem: Secret(SampleIssuer.privateKeys[0]))
        #expect(try signature == key.sign(Array("hello".utf8)))
        for (body, status) in [
            (#"{"payload":"aGVsbG8"}"#, 400), (#"{"payload":""}"#, 400), ("{}", 400), ("", 400),
            (#"{"bytesToSign":"\#(payload)"}"#, 400), (#"{"payload":"\#(payload)","delegates":["a@b"]}"#, 400),
            (#"{"payload":"\#(payload)","delegates":["projects/-/serviceAccounts/a@b"]}"#, 403),
        ] {
            #expect(try await sign(token, body).status == status, "\(body)")
        }
        let body = #"{"payload":"\#(payload)"}"#
        let other = CloudStandInTests.signPath.replacing("me@", with: "you@")
        let project = CloudStandInTests.signPath.replacing("/-/", with: "/p/")
        #expect(try await sign(token, body, path: other).status == 404)
        #expect(try await sign(token, body, path: project).status == 400)
        #expect(try await sign("forged", body).status == 401)
        clock.advance(.seconds(3_599))
        #expect(try await sign(token, body).status == 401)
    }

    @Test("accepts an upload in chunks, by its rules, and never replaces an object")
    func uploads() async throws {
        let content = [UInt8](repeating: 7, count: CloudStandInTests.unit + 10)
        let session = try await begin("a/b.zip", content)
        let (unit, whole) = (CloudStandInTests.unit, content.count)
        #expect(try await put(session, "bytes */\(whole)").fields["range"] == nil)
        let odd = try await put(session, "bytes 0-99/\(whole)", Array(content[..<100]))
        #expect(odd.status == 400)
        for range in ["bytes 0-9/\(whole)", "bytes 0-\(unit - 1)/\(whole + 1)", "bytes 0-\(unit - 1)/*", "", "x"] {
            #expect(try await put(session, range, Array(content[..<unit])).status == 400, "\(range)")
        }
        let first = try await put(session, "bytes 0-\(unit - 1)/\(whole)", Array(content[..<unit]))
        #expect(first.status == 308 && first.fields["range"] == "bytes=0-\(unit - 1)")
        let repeated = try await put(session, "bytes 0-\(unit - 1)/\(whole)", Array(content[..<unit]))
        #expect(repeated.status == 308 && repeated.fields["range"] == "bytes=0-\(unit - 1)")
        #expect(try await put(session, "bytes \(whole - 1)-\(whole - 1)/\(whole)", [7]).status == 400)
        let last = try await put(session, "bytes \(unit)-\(whole - 1)/\(whole)", Array(content[unit...]))
        #expect(last.status == 200 && json(last)["size"].string == String(whole))
        #expect(json(last)["md5Hash"].string == Base64.encode(MD5.hash(content)))
        #expect(try await put(session, "bytes */\(whole)").status == 200)
        #expect(Array(try Data(contentsOf: URL(filePath: folder + "/a/b.zip"))) == content)
        #expect(try await post("a/b.zip", content).status == 412)
        #expect(try await post("c.zip", content, token: "forged").status == 401)
        #expect(try await post("c.zip", content, bucket: "other").status == 404)
        #expect(try await put("forged", "bytes */1").status == 404)
    }

    @Test("an object with a wrong checksum is never created, nor one that exists meanwhile")
    func refused() async throws {
        let session = try await begin("a.zip", [1, 2, 3])
        #expect(try await put(session, "bytes 0-2/3", [1, 2, 4]).status == 400)
        #expect(!FileManager.default.fileExists(atPath: folder + "/a.zip"))
        let late = try await begin("a.zip", [1, 2, 3])
        try Data("x".utf8).write(to: URL(filePath: folder + "/a.zip"))
        #expect(try await put(late, "bytes 0-2/3", [1, 2, 3]).status == 412)
        let escaping = try await begin("../a.zip", [1])
        #expect(try await put(escaping, "bytes 0-0/1", [1]).status == 400)
    }

    @Test("returns an object and its metadata to a caller with a token")
    func objects() async throws {
        try Data("x y".utf8).write(to: URL(filePath: folder + "/a b.zip"))
        let path = "/storage/v1/b/shop/o/a%20b.zip"
        let about = try await send(.get, path, ["Authorization": "Bearer mine"])
        #expect(json(about)["size"].string == "3" && json(about)["name"].string == "a b.zip")
        let content = try await send(.get, path, ["Authorization": "Bearer mine"], query: "alt=media")
        #expect(content.body == Array("x y".utf8))
        #expect(try await send(.get, path).status == 401)
        #expect(try await send(.get, path + "x", ["Authorization": "Bearer mine"]).status == 404)
    }

    private func send(
        _ method: HTTP.Method, _ path: String, _ fields: Fields = [:], query: String = "", body: [UInt8] = []
    ) async throws -> Response {
        let cloud = cloud
        return try await onLoop {
            await cloud.answer(Request(method: method, path: path, query: query, fields: fields, body: body))
        }
    }

    private func json(_ response: Response) -> JSONValue { JSONValue(json: response.body) ?? .null }

    private func token() async throws -> String {
        let answer = try await send(.get, CloudStandInTests.tokenPath, ["Metadata-Flavor": "Google"])
        return try #require(json(answer)["access_token"].string)
    }

    private func sign(_ token: String, _ body: String, path: String = signPath) async throws -> Response {
        let fields: Fields = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        return try await send(.post, path, fields, body: Array(body.utf8))
    }

    private func post(
        _ name: String, _ content: [UInt8], token: String = "mine", bucket: String = "shop"
    ) async throws -> Response {
        let fields: Fields = [
            "Authorization": "Bearer \(token)", "Host": "127.0.0.1", "X-Upload-Content-Length": String(content.count),
        ]
        return try await send(
            .post, "/upload/storage/v1/b/\(bucket)/o", fields,
            query: "uploadType=resumable&ifGenerationMatch=0&name=\(PercentCoding.encode(name))",
            body: Array(#"{"md5Hash":"\#(Base64.encode(MD5.hash(content)))"}"#.utf8))
    }

    private func begin(_ name: String, _ content: [UInt8]) async throws -> String {
        let answer = try await post(name, content)
        let location = try #require(answer.fields["location"])
        return String(location.split(separator: "upload_id=")[1])
    }

    private func put(_ session: String, _ range: String, _ body: [UInt8] = []) async throws -> Response {
        try await send(
            .put, "/upload/storage/v1/b/shop/o", ["Content-Range": range],
            query: "uploadType=resumable&upload_id=\(session)", body: body)
    }
}
