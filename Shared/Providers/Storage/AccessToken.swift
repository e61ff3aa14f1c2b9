internal import HTTP
internal import JSON
package import Kernel

/// What proves to Google's APIs who calls.
package struct AccessToken: Sendable {
    /// The token itself.
    package let secret: Secret
    /// How long it is good from when it was asked for.
    package let lifetime: Duration

    /// What a token must look like, for the fault that says it does not.
    package static let expected = "an access token, as gcloud auth print-access-token prints it"

    /// Whether `text` can be a token (RFC 6750 section 2.1), of a length that a header field takes.
    package static func isToken(_ text: String) -> Bool {
        (1...4_096).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte.isASCIIAlphanumeric || "-._~+/=".utf8.contains(byte)
            }
    }
}

extension CloudRequest where Answer == AccessToken {
    /// Asks the metadata server for a token of the service account that the process runs as.
    ///
    /// Only that server answers with the field that the request has as well: nobody else's word is taken for a token.
    /// Source: <https://cloud.google.com/compute/docs/access/authenticate-workloads#applications>
    ///
    /// - Parameter host: its name, perhaps with a port.
    package static func token(at host: String) -> Self {
        Self(
            .metadata, .get, "http://\(host)/computeMetadata/v1/instance/service-accounts/default/token",
            fields: ["Metadata-Flavor": "Google"], needsToken: false
        ) { response throws(CloudFault) in
            try requireSuccess(response)
            guard response.fields["Metadata-Flavor"] == "Google" else {
                throw .malformedAnswer(field: "Metadata-Flavor")
            }
            let document = try read(TokenDocument.self, from: response.body)
            guard document.tokenType == "Bearer" else { throw .malformedAnswer(field: "token_type") }
            guard AccessToken.isToken(document.accessToken) else { throw .malformedAnswer(field: "access_token") }
            guard (0...86_400).contains(document.expiresIn) else { throw .malformedAnswer(field: "expires_in") }
            return AccessToken(
                secret: Secret(document.accessToken), lifetime: .seconds(document.expiresIn))
        }
    }
}

private struct TokenDocument: JSONReadable {
    let accessToken: String
    let expiresIn: Int64
    let tokenType: String

    init(json node: JSONNode) throws(MalformedDocument) {
        accessToken = try node.required("access_token")
        expiresIn = try node.required("expires_in")
        tokenType = try node.required("token_type")
    }
}
