internal import Crypto
internal import HTTP
internal import JSON
package import Kernel

extension CloudRequest where Answer == BlobSignature {
    /// Requests a service account's signature of `blob`, RSA PKCS#1 v1.5 with SHA-256, with a key held by Google.
    ///
    /// Source: <https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob>
    package static func signBlob(_ blob: [UInt8], as account: String, at base: WebOrigin) -> Self {
        let name = PercentCoding.encode(account, keeping: "@")
        return Self(
            .credentials, .post, "\(base.text)/v1/projects/-/serviceAccounts/\(name):signBlob",
            fields: ["Content-Type": "application/json"],
            body: JSONValue.object([("payload", .string(Base64.encode(blob)))]).utf8
        ) { response throws(CloudFault) in
            try requireSuccess(response)
            let document = try read(SignatureDocument.self, from: response.body)
            // 2048 to 8192 bits: any other length is not a signature of Google's.
            guard let bytes = Base64.decode(document.signedBlob), (256...1_024).contains(bytes.count) else {
                throw .malformedAnswer(field: "signedBlob")
            }
            return BlobSignature(bytes: bytes)
        }
    }
}

/// A signature by a service account's key.
package struct BlobSignature: Equatable, Sendable {
    /// The signature.
    package let bytes: [UInt8]
}

private struct SignatureDocument: JSONReadable {
    let signedBlob: String

    init(json node: JSONNode) throws(MalformedDocument) { signedBlob = try node.required("signedBlob") }
}
