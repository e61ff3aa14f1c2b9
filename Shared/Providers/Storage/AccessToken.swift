internal import HTTP
internal import JSON
package import Kernel

/// An access token for Google's APIs.
package struct AccessToken: Sendable {
    /// The token.
    package let secret: Secret
    /// How long it is valid, counted from the request for it.
    package let lifetime: Duration

    /// The expected format, for the settings fault.
    package static let expected = "an access token, as gcloud auth print-access-token prints it"

    /// Returns whether `text` has the form of a token (RFC 6750 section 2.1) and fits in a header field.
    package static func isToken(_ text: String) -> Bool {
        (1...4_096).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte.isASCIIAlphanumeric || "-._~+/=".utf8.contains(byte)
            }
    }
}

extension CloudRequest where Answer == AccessToken {
    /// Requests a token from the metadata server, for the service account that the process runs as.
    ///
    /// Only that server sends the request's own header field back; a response without it is never taken for a token.
    /// Source: <https://cloud.google.com/compute/docs/access/authenticate-workloads#applications>
    ///
    /// - Parameter host: the server's name, optionally with a port.
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
            // RFC 6749, section 5.1: the type is compared without case.
            guard equalIgnoringCase(document.tokenType, "Bearer") else { throw .malformedAnswer(field: "token_type") }
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
