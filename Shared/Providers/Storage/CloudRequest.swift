package import HTTP
package import Kernel

/// The service that is called.
package enum CloudService: String, Sendable {
    /// The machine's own source of access tokens.
    case metadata = "the metadata server"
    /// The service that signs for a service account.
    case credentials = "IAM Credentials"
    /// Cloud Storage's JSON API.
    case storage = "Cloud Storage"
}

/// A Google API call and the type of its response.
package struct CloudRequest<Answer: Sendable>: Sendable {
    /// The service that is called.
    package let service: CloudService
    /// The request's method.
    package let method: Method
    /// The complete URL; that of an upload session is a secret.
    package let url: String
    /// The header fields, without the access token.
    package let fields: Fields
    /// The body.
    package let body: [UInt8]
    /// Whether the call needs an access token.
    package let needsToken: Bool
    private let read: @Sendable (Response) throws(CloudFault) -> Answer

    init(
        _ service: CloudService, _ method: Method, _ url: String, fields: Fields = [:], body: [UInt8] = [],
        needsToken: Bool = true, read: @escaping @Sendable (Response) throws(CloudFault) -> Answer
    ) {
        self.service = service
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.needsToken = needsToken
        self.read = read
    }

    /// Returns the header fields, including the token.
    package func fields(token: Secret?) -> Fields {
        var fields = fields
        if let token { fields.set("Authorization", "Bearer \(token.revealed())") }
        return fields
    }

    /// Decodes a response.
    ///
    /// - Throws: the error Google reported, or that the response cannot be decoded.
    package func answer(_ response: Response) throws(CloudFault) -> Answer { try read(response) }
}

/// Throws if a response is not a success.
func requireSuccess(_ response: Response) throws(CloudFault) {
    guard (200..<300).contains(response.status) else { throw CloudFault(response) }
}
