import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Download executable", .freshDatabase)
struct ExecutableTests {
    @Test("answers over a socket, keeps tokens out of its log, and ends cleanly on SIGTERM")
    func serves() async throws {
        let (path, token) = try await withDownloadShop { shop in
            let token = shop.token(expiresAt: WallClock.system.now() + .seconds(600))
            try await shop.change("UPDATE download_grants SET expires_at = now() + interval '10 minutes'")
            return ("/download/\(token)", token)
        }
        let function = try BuiltFunction.start("download", environment())
        let connection = try RawConnection(port: function.port)
        let caller = "User-Agent: GenX/1.0 (ada@customer.example; GENX-855E-K7EH-AJ9C)\r\n"
        connection.send("HEAD \(path)/GenX-1.0.0.zip HTTP/1.1\r\nHost: a\r\n\(caller)\r\n")
        connection.send("GET \(path) HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n")
        connection.send("GET \(path)/GenX-1.0.0.zip HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")
        connection.send("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let answers = connection.readToEnd()
        let statuses = answers.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["200", "200", "302", "200"])
        #expect(answers.contains("ontent-Length: 12\r\n"))
        #expect(answers.contains(#""uses_left":2"#))
        #expect(answers.contains("ocation: http://127.0.0.1:9000/releases/genx-delay/1.0.0/macos/GenX-1.0.0.zip?"))
        #expect(try function.stop() == 0)
        #expect(function.log.contains { $0.contains(#""message":"download served""#) })
        #expect(function.log.contains { $0.contains("GET /download/{token}/{file} 302") })
        #expect(function.log.contains { $0.contains(#""userAgent":"GenX/1.0 (…; …)""#) })
        #expect(!function.log.contains { $0.contains(token.suffix(20)) || $0.contains("storage-secret") })
    }

    @Test("counts a caller by the address that its own proxies wrote, whatever else is sent", arguments: [0, 1, 2])
    func forged(hops: Int) async throws {
        let path = try await withDownloadShop { shop in
            try await shop.change("UPDATE download_grants SET expires_at = now() + interval '10 minutes'")
            return "/download/" + shop.token(expiresAt: WallClock.system.now() + .seconds(600))
        }
        let settings = ["TRUSTED_PROXY_HOPS": String(hops), "RATE_LIMITS": "download-address=1/3600"]
        let function = try BuiltFunction.start("download", environment().merging(settings) { $1 })
        let connection = try RawConnection(port: function.port)
        // What a stranger may send, and what our proxies then append: their own view of the caller, one each.
        for (caller, expected) in [("203.0.113.7", "200"), ("203.0.113.7", "429"), ("203.0.113.8", "200")] {
            for (index, forged) in ["", "6.6.6.6, ", "unknown, [::1]:99, , ", "x\r\nX-Forwarded-For: "].enumerated() {
                let appended = hops == 2 ? "\(caller), 192.0.2.1" : caller
                connection.send(
                    "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(forged)\(appended)\r\n\r\n")
                let head = connection.read { $0.contains("\r\n\r\n") && $0.hasSuffix("</html>\n") }
                let isFirst = hops == 0 ? caller == "203.0.113.7" && expected == "200" && index == 0 : index == 0
                #expect(head.hasPrefix("HTTP/1.1 \(isFirst ? expected : "429") "), "\(forged)")
            }
        }
        connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        _ = connection.readToEnd()
        #expect(try function.stop() == 0)
        #expect(function.log.count { $0.contains(#""message":"too many requests""#) } <= 3)
        #expect(!function.log.contains { $0.contains("203.0.113.7") })
    }

    @Test("names every settings fault on a line of its own and exits 1")
    func faults() throws {
        let ended = try BuiltFunction.run(
            "download", ["DATABASE_URL": "postgres://localhost/x", "PUBLIC_URL": "hunter2"])
        #expect(ended.status == 1)
        #expect(ended.log.count == 4)
        for name in ["PUBLIC_URL", "TOKEN_SECRETS", "STORAGE_BUCKET", "STORAGE_SIGNER"] {
            #expect(ended.log.contains { $0.contains("not started: \(name) ") && $0.contains("CRITICAL") })
        }
        #expect(!ended.log.contains { $0.contains("hunter2") })
    }

    @Test("exits 1 with one line when it cannot listen")
    func noPort() throws {
        let ended = try BuiltFunction.run("download", environment().merging(["HOST": "203.0.113.1"]) { $1 })
        #expect(ended.status == 1)
        #expect(ended.log.contains { $0.contains(#""message":"stopped""#) && $0.contains("EADDRNOTAVAIL") })
    }

    private func environment() throws -> [String: String] {
        [
            "DATABASE_URL": try testDatabase().url.revealed(), "PUBLIC_URL": "http://localhost:8080",
            "TOKEN_SECRETS": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "STORAGE_BUCKET": "releases",
            "STORAGE_BASE": "http://127.0.0.1:9000", "STORAGE_SIGNER": "hmac:GOOG1EXAMPLE:storage-secret",
        ]
    }
}
