import HTTP
import JSON
import Kernel

/// A form with one e-mail address in it, read.
struct AddressForm: Sendable {
    /// What was entered, as it was.
    let text: String
    /// In what form the answer goes when `Accept` does not tell: as the request came.
    let preference: Preference

    /// What people and programs are told of what is no address.
    static let reason = "Give an e-mail address such as you@example.com."

    /// Reads a form or JSON.
    ///
    /// - Throws: `.malformed` naming the field that cannot be read; that tells nothing of who bought what.
    init(_ request: Request) throws(Refusal) {
        switch request.fields["content-type"]?.prefix(while: { $0 != ";" }).trimmingBlanks().lowercased() {
        case "application/x-www-form-urlencoded":
            preference = Preference(request.fields, fallback: .page)
            guard let body = String(validating: request.body, as: UTF8.self) else {
                throw .malformed(field: "body", reason: "The form is not UTF-8.")
            }
            text = try Form(body).single("email") ?? ""
        case "application/json":
            preference = Preference(request.fields, fallback: .json)
            text = try AddressForm.email(json: request.body) ?? ""
        default: throw .unsupportedMediaType
        }
    }

    /// The address.
    ///
    /// - Throws: `.malformed` when it is none that we can send to.
    func address() throws(Refusal) -> EmailAddress {
        guard let address = EmailAddress(text) else {
            throw .malformed(field: "email", reason: AddressForm.reason)
        }
        return address
    }

    private static func email(json: [UInt8]) throws(Refusal) -> String? {
        do { return try JSONNode(json).optional("email") } catch { throw .malformed(error) }
    }
}
