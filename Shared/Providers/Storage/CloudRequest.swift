package import HTTP
package import Kernel

/// Who is asked.
package enum CloudService: String, Sendable {
    /// The machine's own source of access tokens.
    case metadata = "the metadata server"
    /// The service that signs for a service account.
    case credentials = "IAM Credentials"
    /// Cloud Storage's JSON API.
    case storage = "Cloud Storage"
}

/// One call of a Google API, and what its answer is read as.
package struct CloudRequest<Answer: Sendable>: Sendable {
    /// Who is asked.
    package let service: CloudService
    /// The request's method.
    package let method: Method
    /// The whole URL; that of an upload's session is a secret.
    package let url: String
    /// The header fields, but for the access token.
    package let fields: Fields
    /// What is sent.
    package let body: [UInt8]
    /// Whether an access token must go with it.
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

    /// The header fields with a token among them.
    package func fields(token: Secret?) -> Fields {
        var fields = fields
        if let token { fields.set("Authorization", "Bearer \(token.revealed())") }
        return fields
    }

    /// Reads the answer that came.
    ///
    /// - Throws: what Google reported, or that the answer cannot be understood.
    package func answer(_ response: Response) throws(CloudFault) -> Answer { try read(response) }
}

/// Refuses an answer that is not a success.
func requireSuccess(_ response: Response) throws(CloudFault) {
    guard (200..<300).contains(response.status) else { throw CloudFault(response) }
}
