import FoundationEssentials
import Testing

/// A running stand-in for Google Cloud, with its own service account, bucket and folder.
package final class CloudSandbox: Sendable {
    /// The service account of its tokens and signatures.
    package static let account = "download@shop-test.iam.gserviceaccount.com"
    /// A further accepted token, like a person's.
    package static let personalToken = "ya29.personal"
    /// The bucket's name.
    package static let bucket = "shop"

    /// The folder of the bucket's objects.
    package let folder: String
    /// The port it listens on.
    package let port: Int
    /// Not accessed until both end.
    private nonisolated(unsafe) let process: BuiltFunction

    /// Starts the process.
    package init() throws {
        folder = "\(FileManager.default.temporaryDirectory.path)/cloud-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let process = try BuiltFunction.start(
            "sandbox",
            [
                "STORAGE_PORT": "0", "STRIPE_API_KEY": "sk_test_51", "STORAGE_FOLDER": folder, "LOG_LEVEL": "notice",
                "STORAGE_BUCKET": CloudSandbox.bucket, "SANDBOX_PRICES": #"{"products":[]}"#,
                "SERVICE_ACCOUNT": CloudSandbox.account, "SERVICE_ACCOUNT_KEY": try privateKey(),
                "STORAGE_PUBLIC_KEY": "\(repositoryRoot)/Tests/Vectors/gcs/public_key.pem",
                "STORAGE_ACCESS_TOKEN": CloudSandbox.personalToken,
            ])
        let name = #""storage":"#
        port = try #require(
            process.log.lazy.compactMap { line in
                line.firstRange(of: name).flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
            }.first)
        unsafe self.process = process
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    /// The base of its URLs.
    package var base: String { "http://127.0.0.1:\(port)" }

    /// The settings that point to it.
    package var settings: [String: String] {
        [
            "GCE_METADATA_HOST": "127.0.0.1:\(port)", "IAM_CREDENTIALS_BASE": base, "STORAGE_BASE": base,
            "STORAGE_BUCKET": CloudSandbox.bucket, "STORAGE_SIGNER": "iam:\(CloudSandbox.account)",
        ]
    }

    /// Injects a trouble into `calls` calls whose path starts with `path`, after `skip` of them.
    package func trouble(
        _ kind: String, _ path: String, method: String = "", skip: Int = 0, calls: Int = 1
    ) throws {
        let body = #"{"kind":"\#(kind)","path":"\#(path)","method":"\#(method)","calls":\#(calls),"skip":\#(skip)}"#
        let answer = try exchange("POST /sandbox/faults", body)
        try #require(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
    }

    /// Clears pending troubles, and with them tokens, uploads and counters.
    package func clearTroubles() throws { _ = try exchange("POST /sandbox/reset") }

    /// Revokes all issued tokens.
    package func revokeTokens() throws { _ = try exchange("POST /sandbox/revoke") }

    /// Returns a counter: `tokens`, `signatures`, `uploads`, `pieces`, `objects`.
    package func count(_ what: String) throws -> Int {
        let state = try exchange("GET /sandbox/state")
        guard let found = state.firstRange(of: "\"\(what)\":") else { return 0 }
        return Int(state[found.upperBound...].prefix { $0.isNumber }) ?? 0
    }

    /// Returns the complete response to a request for `link`.
    package func follow(_ link: String, method: String = "GET") throws -> String {
        try #require(link.hasPrefix(base + "/"), "\(link)")
        return try exchange("\(method) \(link.dropFirst(base.count))")
    }

    private func exchange(_ start: String, _ body: String = "") throws -> String {
        let connection = try RawConnection(port: port)
        connection.send(
            "\(start) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return connection.readToEnd()
    }
}

/// Returns the key of Google's dummy service account, which grants no access.
private func privateKey() throws -> String {
    struct Account: Decodable {
        let privateKey: String

        enum CodingKeys: String, CodingKey { case privateKey = "private_key" }
    }
    let json = try Data(vector("gcs/test_service_account.not-a-test.json"))
    return try JSONDecoder().decode(Account.self, from: json).privateKey
}
