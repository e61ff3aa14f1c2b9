import FoundationEssentials
import HTTP
import Kernel
import Storage
import Support
import Testing

/// One of Google's conformance cases.
struct SigningCase: Decodable, Sendable, CustomTestStringConvertible {
    let description: String
    let bucket: String
    let object: String?
    let urlStyle: String?
    let bucketBoundHostname: String?
    let method: String
    let expiration: Int
    let timestamp: String
    let headers: [String: String]?
    let queryParameters: [String: String]?
    let scheme: String?
    let hostname: String?
    let clientEndpoint: String?
    let emulatorHostname: String?
    let universeDomain: String?
    let expectedUrl: String
    let expectedCanonicalRequest: String
    let expectedStringToSign: String

    var testDescription: String { description }

    /// The base URL of the request, by the order of precedence that the cases themselves state.
    var base: StorageBase? {
        let place =
            bucketBoundHostname ?? hostname ?? clientEndpoint ?? emulatorHostname
            ?? universeDomain.map { "storage.\($0)" } ?? "storage.googleapis.com"
        return StorageBase(place.contains("://") ? place : "\(scheme ?? "https")://\(place)")
    }

    var style: Bucket.Style {
        switch urlStyle {
        case "VIRTUAL_HOSTED_STYLE": .virtualHost
        case "BUCKET_BOUND_HOSTNAME": .ownHost
        default: .path
        }
    }

    var request: V4Request? {
        get throws {
            let time = try Date.ISO8601FormatStyle().parse(timestamp).timeIntervalSince1970
            var fields = Fields()
            for (name, value) in headers ?? [:] { fields.append(name, value) }
            guard let base, let bucket = Bucket(bucket, at: base, style: style), let method = Method(rawValue: method)
            else { return nil }
            return V4Request(
                method: method, bucket: bucket, object: object, fields: fields, query: queryParameters ?? [:],
                signedAt: Instant(unixSeconds: Int64(time)), lifetime: expiration)
        }
    }
}

/// Google's file of cases.
private struct ConformanceFile: Decodable {
    struct Policy: Decodable { let description: String }
    let signingV4Tests: [SigningCase]
    let postPolicyV4Tests: [Policy]
}

private let conformance = Result {
    try JSONDecoder().decode(ConformanceFile.self, from: Data(vector("gcs/v4_signatures.json")))
}

@Suite("V4 signature")
struct V4SignatureTests {
    private let now = Instant(unixSeconds: 1_795_201_140)

    private func bucket(_ base: StorageBase = .google) throws -> Bucket {
        try #require(Bucket("latchkey-releases", at: base))
    }

    @Test("with a keyless signer cannot be made here")
    func keyless() throws {
        let signer = try #require(StorageSigner("iam:sa@project.iam.gserviceaccount.com", readFile: noFile))
        let request = try #require(V4Request(bucket: bucket(), object: "a", signedAt: now, lifetime: 300))
        #expect(throws: SigningFault.notAvailableHere) { try signer.link(for: request) }
        #expect(
            signer.identity
                == (try #require(StorageSigner("iam:sa@project.iam.gserviceaccount.com", readFile: noFile)).identity))
        #expect(request.unsigned(by: signer.identity).stringToSign.hasPrefix("GOOG4-RSA-SHA256\n20261120T185900Z\n"))
    }

    @Test(
        "is never made for a lifetime of zero, less, or more than seven days",
        arguments: [Int.min, -1, 0, 604_801, Int.max])
    func lifetime(seconds: Int) throws {
        #expect(try V4Request(bucket: bucket(), object: "a", signedAt: now, lifetime: seconds) == nil)
        #expect(try V4Request(bucket: bucket(), object: "a", signedAt: now, lifetime: 1) != nil)
        #expect(try V4Request(bucket: bucket(), object: "a", signedAt: now, lifetime: 604_800) != nil)
    }

    @Test("cannot be steered by a caller's own X-Goog parameters or Host")
    func steered() throws {
        let request = try #require(
            V4Request(
                bucket: bucket(), object: "a", fields: ["Host": "evil.example"],
                query: ["X-Goog-Expires": "604800", "X-Goog-Credential": "x"], signedAt: now, lifetime: 300))
        let text = request.unsigned(by: try dummySigner().identity).canonicalRequest
        #expect(!text.contains("604800") && !text.contains("Credential=x") && !text.contains("evil"))
    }

    @Test("with an RSA key gives the URL of every one of Google's 29 cases")
    func conforms() throws {
        let signer = try dummySigner()
        let cases = try conformance.get().signingV4Tests
        #expect(cases.count == 29)
        for test in cases {
            let request = try #require(try test.request, "\(test)")
            let unsigned = request.unsigned(by: signer.identity)
            #expect(try signer.link(for: request) == test.expectedUrl, "\(test)")
            // This case's canonical request contradicts its own URL, which is right.
            guard test.description != "Universe domain with virtual hosted style" else { continue }
            #expect(unsigned.canonicalRequest == test.expectedCanonicalRequest, "\(test)")
            #expect(unsigned.stringToSign == test.expectedStringToSign, "\(test)")
        }
    }

    // A POST policy lets a browser upload through a form. We publish files only from the seller's machine, so nothing
    // here makes one; the count shows when Google adds a case of another kind.
    @Test("skips Google's 11 POST policies, which are for uploads from a browser")
    func postPolicies() throws {
        let names = try conformance.get().postPolicyV4Tests.map(\.description)
        #expect(names.count == 11 && names.allSatisfy { $0.hasPrefix("POST Policy") })
    }

    @Test("with an HMAC key is the one that another implementation makes")
    func hmac() throws {
        // Computed with Python's hmac and urllib.parse from Google's description; the key is from their example.
        let signer = try #require(
            StorageSigner("hmac:GOOG1EXAMPLE:bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ", readFile: noFile))
        let object = try #require(ObjectName("genx-delay/1.0.0/macos/GenX Delay.pkg"))
        let link = try DownloadLink.make(object, size: 50_500_000, in: bucket(), at: now, signer: signer)
        #expect(
            link == "https://storage.googleapis.com/latchkey-releases/genx-delay/1.0.0/macos/GenX%20Delay.pkg"
                + "?X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=GOOG1EXAMPLE%2F20261120%2Fauto%2Fstorage%2F"
                + "goog4_request&X-Goog-Date=20261120T185900Z&X-Goog-Expires=350&X-Goog-SignedHeaders=host"
                + "&response-content-disposition=attachment%3B%20filename%3D%22GenX%20Delay.pkg%22&X-Goog-Signature="
                + "90ccea3ef774ebe40db4c23977fc875f35be332ef490d92c08b682a99fff5ecb")
    }

    @Test(
        "lasts 5 to 15 minutes by the file's size",
        arguments: [
            (Int64.min, 300), (0, 300), (999_999, 300), (1_000_000, 301), (300_000_000, 600), (600_000_000, 900),
            (Int64.max, 900),
        ])
    func scaled(size: Int64, seconds: Int) {
        #expect(DownloadLink.lifetime(size: size) == seconds)
    }
}
