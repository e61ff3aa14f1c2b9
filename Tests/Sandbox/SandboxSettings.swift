import Crypto
import FoundationEssentials
import Kernel
import Log
import Settings

/// The sandbox's settings.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `HOST` | the numeric address to listen on, `127.0.0.1` when absent |
/// | `PORT` | the port of the stand-in for Stripe, 8090 when absent (0: any free port) |
/// | `PUBLIC_BASE` | the base of payment pages' URLs, `http://127.0.0.1:PORT` when absent |
/// | `STRIPE_API_KEY` | needed; the accepted key, or several with commas; a live key is refused |
/// | `SANDBOX_PRICES` | the existing prices: a catalog as JSON or the path of one, `infra/local/catalog.json` when absent |
/// | `WEBHOOK_URL` | the endpoint for events; without it no event is delivered |
/// | `WEBHOOK_SECRET` | needed with `WEBHOOK_URL`; several with commas between them sign every event |
/// | `WEBHOOK_TIMEOUT_MS` | the timeout of one delivery, 10000 when absent |
/// | `RETRY_BASE_MS` | the delay before the second delivery, doubled each time, 1000 when absent |
/// | `RETRY_LIMIT` | the maximum number of deliveries per event, 8 when absent |
/// | `STORAGE_PORT` | the port of the stand-in for Cloud Storage, 8091 when absent |
/// | `STORAGE_FOLDER` | needed; the folder whose files are the bucket's objects |
/// | `STORAGE_BUCKET` | the only bucket's name; any name when absent |
/// | `STORAGE_SIGNER` | `hmac:<access id>:<secret>` of accepted signed URLs, or several with commas |
/// | `STORAGE_PUBLIC_KEY` | a public key (PEM text or the path of one) for accepted RSA-signed URLs |
/// | `SERVICE_ACCOUNT` | the address of the service account that the metadata server issues tokens for, and that signs blobs |
/// | `SERVICE_ACCOUNT_KEY` | its private key (PEM text or the path of one), whose public half is `STORAGE_PUBLIC_KEY` |
/// | `STORAGE_ACCESS_TOKEN` | an access token accepted in addition to the metadata server's |
/// | `LOG_LEVEL` | `debug`, `info`, `notice`, `warning`, `error`; `warning` when absent |
struct SandboxSettings: Sendable {
    /// The webhook endpoint and its delivery settings.
    struct Webhook: Sendable {
        var url: String
        var secrets: [Secret]
        var timeout: Duration
        var retryBase: Duration
        var retryLimit: Int
    }

    var host: String
    var port: Int
    var publicBase: String
    var apiKeys: [Secret]
    var catalog: Catalog
    var webhook: Webhook?
    var storagePort: Int
    var storage: StorageSettings
    var threshold: Severity

    /// Reads the settings.
    ///
    /// - Throws: all faults together.
    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        host = read.text("HOST", default: "127.0.0.1")
        port = read.integer("PORT", in: 0...65_535, default: 8090)
        publicBase = read.text("PUBLIC_BASE", default: "http://127.0.0.1:\(port)")
        apiKeys = read.text("STRIPE_API_KEY").split(separator: ",").map { Secret(String($0)) }
        let catalog = read.value(
            "SANDBOX_PRICES", expected: "a catalog as JSON, or the path of one", default: "infra/local/catalog.json",
            parse: Catalog.init(textOrPath:))
        webhook = SandboxSettings.webhook(&read)
        storagePort = read.integer("STORAGE_PORT", in: 0...65_535, default: 8091)
        storage = StorageSettings(&read)
        threshold =
            read.value("LOG_LEVEL", expected: "debug, info, notice, warning or error", default: "warning") {
                Severity(rawValue: $0.uppercased())
            } ?? .warning
        self.catalog = try read.unwrap(catalog)
        try read.finish()
    }

    private static func webhook(_ read: inout SettingsReader) -> Webhook? {
        let timeout = read.integer("WEBHOOK_TIMEOUT_MS", in: 1...600_000, default: 10_000)
        let base = read.integer("RETRY_BASE_MS", in: 1...3_600_000, default: 1_000)
        let limit = read.integer("RETRY_LIMIT", in: 1...20, default: 8)
        let url = read.text("WEBHOOK_URL", default: "")
        guard !url.isEmpty else { return nil }
        let secrets = read.text("WEBHOOK_SECRET").split(separator: ",").map { Secret(String($0)) }
        return Webhook(
            url: url, secrets: secrets, timeout: .milliseconds(timeout), retryBase: .milliseconds(base),
            retryLimit: limit)
    }

    /// Returns the names of settings that contain a live key.
    static func liveKeys(in environment: [String: String]) -> [String] {
        environment.filter { $0.value.contains("sk_live_") || $0.value.contains("rk_live_") }.map(\.key).sorted()
    }
}

/// The stand-in for Cloud Storage: its objects and the accepted signers.
struct StorageSettings: Sendable {
    var folder: String
    var bucket: String
    /// The secrets of HMAC keys by access ID.
    var hmacKeys: [String: Secret]
    var publicKey: RSAPublicKey?
    var serviceAccount: String
    var privateKey: RSAPrivateKey?
    var accessToken: Secret
    /// The maximum size of an object, which is served from memory.
    var objectLimit = 64 * 1024 * 1024

    /// Reads the settings; `read` collects faults.
    init(_ read: inout SettingsReader) {
        folder = read.text("STORAGE_FOLDER")
        bucket = read.text("STORAGE_BUCKET", default: "")
        let keys = read.value("STORAGE_SIGNER", expected: "hmac:<access id>:<secret>", default: "") {
            StorageSettings.hmacKeys($0)
        }
        hmacKeys = keys ?? [:]
        if !read.text("STORAGE_PUBLIC_KEY", default: "").isEmpty {
            publicKey = read.value("STORAGE_PUBLIC_KEY", expected: "an RSA public key as PEM") { text in
                StorageSettings.pem(text).flatMap { try? RSAPublicKey(pem: $0) }
            }
        }
        serviceAccount = read.text("SERVICE_ACCOUNT", default: "")
        accessToken = Secret(read.text("STORAGE_ACCESS_TOKEN", default: ""))
        if !read.text("SERVICE_ACCOUNT_KEY", default: "").isEmpty {
            privateKey = read.value("SERVICE_ACCOUNT_KEY", expected: "an RSA private key as PEM") { text in
                StorageSettings.pem(text).flatMap { try? RSAPrivateKey(pem: Secret($0)) }
            }
        }
    }

    private static func hmacKeys(_ text: String) -> [String: Secret]? {
        var keys: [String: Secret] = [:]
        for signer in text.split(separator: ",") {
            let parts = signer.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "hmac" else { return nil }
            if !parts[1].isEmpty { keys[String(parts[1])] = Secret(String(parts[2])) }
        }
        return keys
    }

    private static func pem(_ textOrPath: String) -> String? {
        if textOrPath.hasPrefix("-----BEGIN") { return textOrPath }
        return (try? Data(contentsOf: URL(filePath: textOrPath))).map { String(decoding: $0, as: UTF8.self) }
    }
}
