package import HTTP
package import JSON
package import Kernel

/// A Stripe API call and the type of its response.
package struct StripeRequest<Answer: JSONReadable & Sendable>: Sendable {
    /// `GET` to read, `POST` to change.
    package let method: Method
    /// The path, without the query.
    package let path: String
    /// The parameters: the query of a `GET`, the body of a `POST`.
    package let form: Form
    /// The idempotency key; only calls that change something have one.
    package let idempotencyKey: String?

    /// The path with its query.
    package var target: String {
        method == .get && !form.entries.isEmpty ? "\(path)?\(form.encoded)" : path
    }

    /// The body; empty for a `GET`.
    package var body: [UInt8] { method == .get ? [] : Array(form.encoded.utf8) }

    /// Returns the header fields, including the key.
    package func fields(apiKey: Secret) -> Fields {
        var fields: Fields = ["Authorization": "Bearer \(apiKey.revealed())", "Stripe-Version": StripeAPI.version]
        if method != .get { fields.append("Content-Type", "application/x-www-form-urlencoded") }
        if let idempotencyKey { fields.append("Idempotency-Key", idempotencyKey) }
        return fields
    }

    /// Decodes a response.
    ///
    /// - Throws: the error Stripe reported, or that the response cannot be decoded.
    package func answer(_ response: Response) throws(StripeFault) -> Answer {
        guard (200..<300).contains(response.status) else { throw StripeFault(response) }
        do {
            return try Answer(json: response.body)
        } catch {
            throw .malformedAnswer(field: error.field, StripeFault.Context(response))
        }
    }
}

/// Constants for all calls.
package enum StripeAPI {
    /// The API version that our requests are written for and our readers are tested with.
    ///
    /// Source: <https://docs.stripe.com/api/versioning>
    package static let version = "2026-07-29.dahlia"
}
