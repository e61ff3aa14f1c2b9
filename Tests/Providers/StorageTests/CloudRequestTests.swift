import Crypto
import HTTP
import Kernel
import Storage
import Testing

@Suite("Calls of Google's APIs")
struct CloudRequestTests {
    private static let account = "download@shop.iam.gserviceaccount.com"
    private let bucket: Bucket

    init() throws { bucket = try #require(Bucket("shop", at: .google)) }

    @Test("a token request has the metadata server's field, and a response without it is refused")
    func token() throws {
        let request = CloudRequest.token(at: "metadata.google.internal")
        #expect(
            request.url
                == "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token")
        #expect(request.method == .get && request.fields["metadata-flavor"] == "Google" && !request.needsToken)
        let token = try request.answer(answer(200, tokenDocument, ["Metadata-Flavor": "Google"]))
        #expect(token.secret.revealed() == "ya29.c.abc" && token.lifetime == .seconds(3_599))
        for field in ["google", "Google ", ""] {
            #expect(throws: CloudFault.malformedAnswer(field: "Metadata-Flavor")) {
                try request.answer(answer(200, tokenDocument, ["Metadata-Flavor": field]))
            }
        }
        #expect(throws: CloudFault.malformedAnswer(field: "Metadata-Flavor")) {
            try request.answer(answer(200, tokenDocument))
        }
    }

    @Test(
        "a response without a token is refused by the member at fault",
        arguments: [
            (#"{"access_token":"a\nb","expires_in":1,"token_type":"Bearer"}"#, "access_token"),
            (#"{"access_token":"","expires_in":1,"token_type":"Bearer"}"#, "access_token"),
            (#"{"access_token":"a","expires_in":-1,"token_type":"Bearer"}"#, "expires_in"),
            (#"{"access_token":"a","expires_in":99999999,"token_type":"Bearer"}"#, "expires_in"),
            (#"{"access_token":"a","expires_in":"1","token_type":"Bearer"}"#, "expires_in"),
            (#"{"access_token":"a","expires_in":1,"token_type":"Basic"}"#, "token_type"),
            (#"{"access_token":"a","token_type":"Bearer"}"#, "expires_in"), ("<html>", ""),
        ])
    func noToken(document: String, field: String) {
        #expect(throws: CloudFault.malformedAnswer(field: field)) {
            try CloudRequest.token(at: "metadata").answer(answer(200, document, ["Metadata-Flavor": "Google"]))
        }
    }

    @Test("a signature request has the account's address, and the bytes in base64")
    func signBlob() throws {
        let request = CloudRequest.signBlob(
            Array("sign me?>".utf8), as: CloudRequestTests.account, at: WebOrigin(https: "iam.example"))
        #expect(
            request.url == "https://iam.example/v1/projects/-/serviceAccounts/\(CloudRequestTests.account):signBlob")
        #expect(request.method == .post && request.needsToken)
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"payload":"c2lnbiBtZT8+"}"#)
        let fields = request.fields(token: Secret("ya29.x"))
        #expect(fields["authorization"] == "Bearer ya29.x" && fields["content-type"] == "application/json")
        let signature = [UInt8](repeating: 0xAB, count: 256)
        let document = #"{"keyId":"k","signedBlob":"\#(Base64.encode(signature))"}"#
        #expect(try request.answer(answer(200, document)).bytes == signature)
        for bad in [#"{"signedBlob":"q6s="}"#, #"{"signedBlob":"%%"}"#, #"{"signature":"q6s="}"#, ""] {
            #expect(throws: CloudFault.self) { try request.answer(answer(200, bad)) }
        }
    }

    @Test(
        "Google's errors are classified by what to do next, and its messages are dropped",
        arguments: [
            (401, CloudFault.unauthenticated), (403, .forbidden(reason: "PERMISSION_DENIED")), (404, .notFound),
            (410, .notFound), (412, .preconditionFailed), (400, .refused(status: 400, reason: "PERMISSION_DENIED")),
            (408, .retryable(status: 408, wait: nil)), (429, .retryable(status: 429, wait: nil)),
            (500, .retryable(status: 500, wait: nil)), (503, .retryable(status: 503, wait: nil)),
            (302, .malformedAnswer(field: "status")),
        ])
    func faults(status: Int, fault: CloudFault) {
        let document = #"{"error":{"code":1,"message":"HUSH","status":"PERMISSION_DENIED"}}"#
        let request = CloudRequest.signBlob([1], as: "a@b", at: WebOrigin(https: "iam.example"))
        #expect(throws: fault) { try request.answer(answer(status, document)) }
        #expect(!fault.description.contains("HUSH"))
        #expect(fault.advice.isWorthwhile == (status == 408 || status == 429 || status >= 500))
    }

    @Test("a malformed error code is not a reason")
    func words() {
        for (document, reason) in [
            (#"{"error":{"errors":[{"reason":"conditionNotMet"}]}}"#, "conditionNotMet"),
            (#"{"error":{"status":"a b"}}"#, nil), (#"{"error":{"status":""}}"#, nil),
            (#"{"error":"x"}"#, nil), ("", nil),
        ] as [(String, String?)] {
            #expect(CloudFault(answer(403, document)) == .forbidden(reason: reason))
        }
        let wait = CloudFault(answer(429, "", ["Retry-After": "7"]))
        #expect(wait == .retryable(status: 429, wait: .seconds(7)) && wait.advice.wait == .seconds(7))
    }

    @Test("an object is requested by its encoded name; a missing one is no fault")
    func object() throws {
        let request = CloudRequest<ObjectResource?>.object("p/1.0/mac os/a+b.zip", in: bucket)
        #expect(
            request.url == "https://storage.googleapis.com/storage/v1/b/shop/o/p%2F1.0%2Fmac%20os%2Fa%2Bb.zip"
                + "?fields=name%2Csize%2Cmd5Hash%2Cmetadata")
        #expect(try request.answer(answer(404, "")) == nil)
        let sum = Base64.encode([UInt8](repeating: 1, count: 16))
        let known = try request.answer(answer(200, #"{"name":"n","size":"12","md5Hash":"\#(sum)"}"#))
        #expect(known?.size == 12 && known?.md5?.count == 16 && known?.sha256 == nil)
        for bad in [#"{"name":"n","size":12}"#, #"{"name":"n","size":"-1"}"#, #"{"name":"n","size":"x"}"#, "[]"] {
            #expect(throws: CloudFault.self) { try request.answer(answer(200, bad)) }
        }
        let content = CloudRequest<[UInt8]?>.content("a/b", in: bucket)
        #expect(content.url.hasSuffix("/o/a%2Fb?alt=media"))
        #expect(try content.answer(answer(200, "x")) == Array("x".utf8))
        #expect(try content.answer(answer(404, "")) == nil)
    }

    private let tokenDocument = #"{"access_token":"ya29.c.abc","expires_in":3599,"token_type":"Bearer"}"#
}

@Suite("Resumable upload")
struct ResumableUploadTests {
    private let bucket: Bucket
    private let object = NewObject(
        name: "p/1.0/linux/a.zip", size: 600_000, md5: [UInt8](repeating: 1, count: 16),
        sha256: [UInt8](repeating: 2, count: 32))

    init() throws { bucket = try #require(Bucket("shop", at: .google)) }

    @Test("begins with name, type, length and checksum, on the condition that there is no such object")
    func begin() throws {
        let request = ResumableUpload.begin(object, in: bucket)
        #expect(
            request.url == "https://storage.googleapis.com/upload/storage/v1/b/shop/o?uploadType=resumable"
                + "&name=p%2F1.0%2Flinux%2Fa.zip&ifGenerationMatch=0&fields=name%2Csize%2Cmd5Hash%2Cmetadata")
        #expect(request.method == .post && request.needsToken)
        #expect(request.fields["x-upload-content-type"] == "application/zip")
        #expect(request.fields["x-upload-content-length"] == "600000")
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(body.contains(#""md5Hash":"AQEBAQEBAQEBAQEBAQEBAQ==""#))
        #expect(body.contains(#""metadata":{"sha256":"0202"#))
    }

    @Test(
        "sends content only to the origin that received the token",
        arguments: ["https://evil.example/x", "https://storage.googleapis.com.evil.example/x", "/relative", nil])
    func elsewhere(location: String?) {
        let fields: Fields = location.map { ["Location": $0] } ?? [:]
        #expect(throws: CloudFault.malformedAnswer(field: "Location")) {
            try ResumableUpload.begin(object, in: bucket).answer(answer(200, "", fields))
        }
    }

    @Test("sends chunks by offset and queries the stored size, never with a token")
    func pieces() throws {
        let session = try session()
        let piece = ResumableUpload.send([1, 2, 3], from: 262_144, of: 600_000, to: session)
        #expect(piece.fields["content-range"] == "bytes 262144-262146/600000")
        #expect(piece.method == .put && piece.body == [1, 2, 3] && !piece.needsToken)
        let question = ResumableUpload.state(of: session, size: 600_000)
        #expect(question.fields["content-range"] == "bytes */600000" && question.body.isEmpty)
        #expect(try question.answer(answer(308, "", ["Range": "bytes=0-262143"])) == .incomplete(kept: 262_144))
        #expect(try question.answer(answer(308, "")) == .incomplete(kept: 0))
        for range in ["bytes=1-5", "bytes=0-600000", "bytes=0--1", "0-5", "bytes=0-x", ""] {
            #expect(throws: CloudFault.malformedAnswer(field: "Range")) {
                try question.answer(answer(308, "", ["Range": range]))
            }
        }
        let session2 = "\(session) \(String(reflecting: session))"
        #expect(!session2.contains("upload_id"))
    }

    @Test("what is stored is compared by name, length and both digests")
    func compared() throws {
        let md5 = Base64.encode(object.md5)
        let good = #"{"name":"p/1.0/linux/a.zip","size":"600000","md5Hash":"\#(md5)"#
        let sum = Hex.encode(object.sha256)
        for (document, holds) in [
            (good + #""}"#, true), (good + #"","metadata":{"sha256":"\#(sum)"}}"#, true),
            (good + #"","metadata":{"sha256":"\#(sum.replacing("02", with: "03"))"}}"#, false),
            (good.replacing("600000", with: "600001") + #""}"#, false),
            (good.replacing("a.zip", with: "b.zip") + #""}"#, false),
            (good.replacing("AQEB", with: "AQEC") + #""}"#, false),
            (#"{"name":"p/1.0/linux/a.zip","size":"600000"}"#, false),
        ] {
            let state = try ResumableUpload.state(of: session(), size: 600_000).answer(answer(200, document))
            guard case .complete(let resource) = state else {
                Issue.record("not complete")
                return
            }
            #expect(resource.holds(object) == holds, "\(document)")
        }
    }

    private func session() throws -> UploadSession {
        let fields: Fields = ["Location": "https://storage.googleapis.com/upload/storage/v1/b/shop/o?upload_id=HUSH"]
        return try ResumableUpload.begin(object, in: bucket).answer(answer(200, "", fields))
    }
}

private func answer(_ status: Int, _ body: String, _ fields: Fields = [:]) -> Response {
    Response(status: status, fields: fields, body: Array(body.utf8))
}
