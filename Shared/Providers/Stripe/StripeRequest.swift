package import HTTP
package import JSON
package import Kernel

/// One call of Stripe's API, and what its answer is read as.
package struct StripeRequest<Answer: JSONReadable & Sendable>: Sendable {
    /// `GET` to read, `POST` to change.
    package let method: Method
    /// The path, without the query.
    package let path: String
    /// The parameters: the query of a `GET`, the body of a `POST`.
    package let form: Form
    /// Makes a repeated call one call; only calls that change something have one.
    package let idempotencyKey: String?

    /// The path with its query.
    package var target: String {
        method == .get && !form.entries.isEmpty ? "\(path)?\(form.encoded)" : path
    }

    /// The body's bytes; none for a `GET`.
    package var body: [UInt8] { method == .get ? [] : Array(form.encoded.utf8) }

    /// The header fields, the key among them.
    package func fields(apiKey: Secret) -> Fields {
        var fields: Fields = ["Authorization": "Bearer \(apiKey.revealed())", "Stripe-Version": StripeAPI.version]
        if method != .get { fields.append("Content-Type", "application/x-www-form-urlencoded") }
        if let idempotencyKey { fields.append("Idempotency-Key", idempotencyKey) }
        return fields
    }

    /// Reads the answer that came.
    ///
    /// - Throws: what Stripe reported, or that the answer cannot be understood.
    package func answer(_ response: Response) throws(StripeFault) -> Answer {
        guard (200..<300).contains(response.status) else { throw StripeFault(response) }
        do {
            return try Answer(json: response.body)
        } catch {
            throw .malformedAnswer(field: error.field, StripeFault.Context(response))
        }
    }
}

/// What holds for every call.
package enum StripeAPI {
    /// The version of the API that our requests are written for and our readers tested with.
    ///
    /// Source: <https://docs.stripe.com/api/versioning>
    package static let version = "2026-07-29.dahlia"
}
