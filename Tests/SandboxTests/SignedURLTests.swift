import Crypto
import FoundationEssentials
import HTTP
import Kernel
import Support
import Testing

@testable import Sandbox

/// One case of Google's conformance tests for V4 signed URLs.
struct SigningCase: Decodable, Sendable, CustomTestStringConvertible {
    let description: String
    let method: String
    let timestamp: String
    let headers: [String: String]?
    let expectedUrl: String
    let expectedCanonicalRequest: String

    var testDescription: String { description }

    static let all: [SigningCase] = {
        struct File: Decodable { let signingV4Tests: [SigningCase] }
        let file = try? JSONDecoder().decode(File.self, from: Data(vector("gcs/v4_signatures.json")))
        return file?.signingV4Tests ?? []
    }()

    /// The request that a browser makes for the URL, with header values as on the wire.
    var request: Request {
        let rest = expectedUrl.split(separator: "://", maxSplits: 1)[1]
        let host = rest.prefix { $0 != "/" }
        let parts = rest.dropFirst(host.count).split(separator: "?", maxSplits: 1)
        var fields: Fields = ["Host": String(host)]
        for (name, value) in headers ?? [:] { fields.append(name, value) }
        return Request(
            method: HTTP.Method(rawValue: method) ?? .get, path: String(parts[0]), query: String(parts[1]),
            fields: fields)
    }

    /// The time of signing, from the URL itself.
    var instant: Instant? {
        request.query.split(separator: "&").first { $0.hasPrefix("X-Goog-Date=") }
            .flatMap { Instant(iso8601Basic: String($0.dropFirst(12))) }
    }
}

@Suite("Signed URLs")
struct SignedURLTests {
    private static func settings() throws -> StorageSettings {
        let key = String(decoding: try vector("gcs/public_key.pem"), as: UTF8.self)
        return try SandboxSettings(
            TestSandbox.environment.merging([
                "STORAGE_PUBLIC_KEY": key, "STORAGE_SIGNER": "hmac:GOOG1ETEST:c2VjcmV0/with:colon",
            ]) { $1 }
        ).storage
    }

    @Test("Google's vectors are present")
    func vectors() { #expect(SigningCase.all.count == 29) }

    @Test("every URL of Google's vectors is valid, and with another method none", arguments: SigningCase.all)
    func conformance(vector: SigningCase) throws {
        let instant = try #require(vector.instant)
        try SignedURL(vector.request).verify(try SignedURLTests.settings(), at: instant)
        var other = vector.request
        other.method = .delete
        #expect(throws: StorageError.self) {
            try SignedURL(other).verify(try SignedURLTests.settings(), at: instant)
        }
    }

    @Test(
        "canonical requests are Google's, byte for byte",
        arguments: SigningCase.all.filter {
            // Its canonical request contradicts its URL; the URL is right.
            $0.description != "Universe domain with virtual hosted style"
        })
    func canonical(vector: SigningCase) throws {
        let names = vector.expectedCanonicalRequest.split(separator: "\n", omittingEmptySubsequences: false)
        let signed = names[names.count - 2].split(separator: ";").map(String.init)
        #expect(try SignedURL(vector.request).canonicalRequests(signed).contains(vector.expectedCanonicalRequest))
    }

    /// Signed by Python's hmac and hashlib: the object, ten minutes from 2026-11-20T19:00:00Z.
    private static let path = "/shop/releases/GenX%20Delay%201.0.zip"
    private static let scope =
        "X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=GOOG1ETEST%2F20261120%2Fauto%2Fstorage%2Fgoog4_request"
        + "&X-Goog-Date=20261120T190000Z&X-Goog-Expires=600&X-Goog-SignedHeaders=host"
    private static let bare =
        "\(scope)&X-Goog-Signature=527c7ccdce554357bb3e97c8c4c129d15fb4f9d6dd2e70678591e670e143ce28"
    private static let ported =
        "\(scope)&X-Goog-Signature=fd655b99ddd64ea99241b202d1eb5aab961b1ba8b0f4e80f40c54f7ba4c6d639"
    private static let head =
        "\(scope)&X-Goog-Signature=bb383fc27f881d42aeda06395f460b404ce387a06bf3976a4cc0081a68deb34b"
    private static let disposition =
        "\(scope)&response-content-disposition=attachment%3B%20filename%3D%22GenX%20Delay.zip%22"
        + "&X-Goog-Signature=81abde63aae304667d5c70ea8e2570cd1ec10eb34e568780f127881248927a94"

    private static func request(_ query: String, method: HTTP.Method = .get) -> Request {
        Request(method: method, path: path, query: query, fields: ["Host": "127.0.0.1:8091"])
    }

    private static func refusal(_ request: Request, at seconds: Int64 = 1) throws -> String? {
        let settings = try settings()
        do throws(StorageError) {
            try SignedURL(request).verify(settings, at: Instant(unixSeconds: 1_795_201_200 + seconds))
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "an HMAC signature over the host with or without its port is valid",
        arguments: [
            (bare, HTTP.Method.get), (ported, .get), (disposition, .get), (head, .head),
        ])
    func hmac(query: String, method: HTTP.Method) throws {
        #expect(try SignedURLTests.refusal(SignedURLTests.request(query, method: method)) == nil)
    }

    @Test(
        "a URL is valid from its date, with a little skew, to its end",
        arguments: [
            (-901, "RequestTimeTooSkewed"), (-900, nil), (0, nil), (599, nil), (600, "ExpiredToken"),
            (86_400, "ExpiredToken"),
        ] as [(Int64, String?)])
    func time(seconds: Int64, code: String?) throws {
        #expect(try SignedURLTests.refusal(SignedURLTests.request(SignedURLTests.bare), at: seconds) == code)
    }

    @Test(
        "any change after signing makes the URL invalid",
        arguments: [
            ("Expires=600", "Expires=601", "SignatureDoesNotMatch"),
            ("Expires=600", "Expires=604801", "MalformedSecurityHeader"),
            ("Expires=600", "Expires=0", "MalformedSecurityHeader"), ("Expires=600", "", "MalformedSecurityHeader"),
            ("T190000Z", "T190001Z", "SignatureDoesNotMatch"), ("T190000Z", "T19", "MalformedSecurityHeader"),
            ("20261120T", "20261320T", "MalformedSecurityHeader"),
            ("GOOG1ETEST", "GOOG1EMINE", "SignatureDoesNotMatch"),
            ("20261120%2F", "20261121%2F", "MalformedSecurityHeader"), ("%2Fauto", "%2Feu", "SignatureDoesNotMatch"),
            ("HMAC", "NONE", "SignatureDoesNotMatch"), ("HMAC", "RSA", "SignatureDoesNotMatch"),
            ("SignedHeaders=host", "SignedHeaders=date", "MalformedSecurityHeader"),
            ("Signature=", "Signature=00", "SignatureDoesNotMatch"),
            ("Signature=", "Signature=zz", "MalformedSecurityHeader"),
            ("&X-Goog-Signature", "&response-content-type=text%2Fhtml&X-Goog-Signature", "SignatureDoesNotMatch"),
            ("X-Goog-Algorithm", "Algorithm", "AccessDenied"), ("%2Fauto", "%2", "MalformedSecurityHeader"),
        ])
    func forged(old: String, new: String, code: String) throws {
        let parts = SignedURLTests.bare.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.joined(separator: new)
        #expect(query != SignedURLTests.bare)
        #expect(try SignedURLTests.refusal(SignedURLTests.request(query)) == code)
    }

    @Test("a URL for another object or another method is invalid")
    func elsewhere() throws {
        var request = SignedURLTests.request(SignedURLTests.bare)
        request.path = "/shop/releases/Other.zip"
        #expect(try SignedURLTests.refusal(request) == "SignatureDoesNotMatch")
        #expect(
            try SignedURLTests.refusal(SignedURLTests.request(SignedURLTests.bare, method: .head))
                == "SignatureDoesNotMatch")
    }

    @Test("without a signer's secret no URL is valid")
    func noSigner() throws {
        let settings = try SandboxSettings(TestSandbox.environment).storage
        let request = SignedURLTests.request(SignedURLTests.bare.replacing("GOOG1ETEST", with: ""))
        #expect(throws: StorageError.self) {
            try SignedURL(request).verify(settings, at: Instant(unixSeconds: 1_795_201_201))
        }
    }
}
