import Crypto
import EventLoop
import HTTP
import Kernel
import Log
import OIDC
import Server
import Support
import Synchronization
import Testing

@Suite("Scheduler authorizer, with the scheduler's own tokens")
struct SchedulerAuthorizerTests {
    @Test("the keys are fetched once, and every later token is verified without a fetch")
    func cached() async throws {
        try await withScene(keys: 1) { scene in
            for _ in 0..<5 { try await scene.knock() }
            #expect(scene.fetches == 1)
        }
    }

    @Test("concurrent callers share one fetch")
    func together() async throws {
        try await withScene(keys: 1) { scene in
            let knocks = (0..<20).map { _ in Loop.start { await scene.status() } }
            for knock in knocks {
                let status = await knock.value
                #expect(status == 200)
            }
            #expect(scene.fetches == 1)
        }
    }

    @Test("a new key is fetched, at most once a minute")
    func rotation() async throws {
        try await withScene(keys: 1) { scene in
            #expect(await scene.status() == 200)
            scene.keys = 2
            #expect(await scene.status(key: 1) == 401)
            #expect(scene.fetches == 1)
            scene.advance(.seconds(60))
            #expect(await scene.status(key: 1) == 200)
            #expect(scene.fetches == 2)
        }
    }

    @Test("keys that cannot be refetched stay valid for a day, and are refetched once a minute")
    func outage() async throws {
        try await withScene(keys: 1) { scene in
            #expect(await scene.status() == 200)
            scene.answer = 500
            scene.advance(.seconds(600))
            #expect(await scene.status() == 200)
            #expect(await scene.status() == 200)
            #expect(scene.fetches == 2)
            #expect(scene.log.text.contains("could not be fetched"))
            scene.advance(.seconds(86_400))
            #expect(await scene.status() == 503)
        }
    }

    @Test("without any keys the caller cannot be verified: 503 until they are there")
    func noKeys() async throws {
        try await withScene(keys: 1) { scene in
            scene.answer = 404
            #expect(await scene.status() == 503)
            scene.answer = 200
            scene.advance(.seconds(61))
            #expect(await scene.status() == 200)
        }
    }

    @Test("any caller but the scheduler is 401 without a reason, and the log has the reason without the token")
    func strangers() async throws {
        try await withScene(keys: 1) { scene in
            for field in [nil, "", "Bearer", "Bearer ", "Bearer x.y.z", "Basic abc"] {
                #expect(await scene.status(field: field) == 401)
            }
            #expect(await scene.status(email: "other@shop.iam.gserviceaccount.com") == 401)
            #expect(scene.log.text.contains("the claim email does not hold"))
            #expect(!scene.log.text.contains("eyJ"))
        }
    }
}

/// A scripted issuer, a manual clock, and the authorizer under test.
@Loop
private final class Scene: Closable {
    var keys: Int
    var answer = 200
    private(set) var fetches = 0
    let log = CapturedLog()
    private let time = Mutex(Instant(unixSeconds: 1_795_201_140))
    private var authorizer: SchedulerAuthorizer?
    private var server: Server?

    init(keys: Int) throws {
        self.keys = keys
        let requestLog = RequestLog(silentLog, routes: [], trustedHops: 0)
        let server = Server(requestLog: requestLog, isReady: { true }) { [unowned self] _ in await serve() }
        let port = try server.listen(host: "127.0.0.1", port: 0)
        self.server = server
        let auth = TasksAuth("oidc:https://shop.example/tasks,scheduler@shop.iam.gserviceaccount.com")
        let settings = TasksSettings(auth: try #require(auth), keysURL: "http://127.0.0.1:\(port)/certs")
        authorizer = SchedulerAuthorizer(
            settings, log: log.log, clock: WallClock { [unowned self] in time.withLock { $0 } })
    }

    func advance(_ pause: Duration) { time.withLock { $0 = $0 + pause } }

    func knock() async throws { #expect(await status() == 200) }

    /// Returns the authorizer's verdict on a scheduler token signed with the key at this index.
    func status(key: Int = 0, email: String = "scheduler@shop.iam.gserviceaccount.com") async -> Int {
        await status(field: "Bearer " + (token(key, email) ?? ""))
    }

    func status(field: String?) async -> Int {
        let request = Request(method: .post, path: "/tasks/x", fields: field.map { ["Authorization": $0] } ?? [:])
        do throws(Refusal) {
            try await authorizer?.authorize(request)
            return 200
        } catch { return error.problem.status }
    }

    func close() async { await server?.drain() }

    private func serve() -> Response {
        fetches += 1
        var response = Response(status: answer, body: Array(SampleIssuer.keySet(keys).utf8))
        response.fields.set("Cache-Control", "public, max-age=300")
        return response
    }

    private func token(_ key: Int, _ email: String) -> String? {
        let now = time.withLock { $0 }.unixSeconds
        let claims = """
            {"iss":"https://accounts.google.com","aud":"https://shop.example/tasks","sub":"1","email":"\(email)",\
            "email_verified":true,"iat":\(now),"exp":\(now + 3_600)}
            """
        let header = #"{"alg":"RS256","kid":"\#(SampleIssuer.names[key])"}"#
        let input = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(claims.utf8)))"
        guard let signer = try? RSAPrivateKey(pem: Secret(SampleIssuer.privateKeys[key])),
            let signature = try? signer.sign(Array(input.utf8))
        else { return nil }
        return "\(input).\(Base64URL.encode(signature))"
    }
}

/// Runs `body` on the event loop with a scene of its own, whose issuer has this many keys.
private func withScene(keys: Int, _ body: @escaping @Loop @Sendable (Scene) async throws -> Void) async throws {
    try await withOpen({ try Scene(keys: keys) }, body)
}
