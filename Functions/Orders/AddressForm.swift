import DomainNames
import HTTP
import JSON
import Kernel

/// A parsed form with one e-mail address.
struct AddressForm: Sendable {
    /// The text as entered.
    let text: String
    /// The format of the response if `Accept` does not decide: the request's own.
    let preference: Preference

    /// The message to people and programs about an invalid address.
    static let reason = "Give an e-mail address such as you@example.com."
    /// The message about an address that is valid, and that only servers with SMTPUTF8 can send to.
    static let unsendable =
        "We cannot send to this address: what is before the @ must be plain letters without accents, a to z. Give "
        + "another one."

    /// Parses a form or JSON.
    ///
    /// - Throws: `.malformed` with the unreadable field; that reveals nothing about who bought what.
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

    /// Returns the address.
    ///
    /// - Throws: `.malformed` if it is none.
    func address() throws(Refusal) -> EmailAddress {
        guard let address = EmailAddress(typed: text) else {
            throw .malformed(field: "email", reason: AddressForm.reason)
        }
        return address
    }

    /// Returns an address that mail is to be sent to.
    ///
    /// A mail server that cannot send to a local part beyond ASCII is known only when it is asked; a buyer at a form can
    /// still give another address.
    ///
    /// - Throws: `.malformed` if it is none, or one that the mail server may be unable to send to.
    func sendableAddress() throws(Refusal) -> EmailAddress {
        let address = try address()
        guard !address.needsSMTPUTF8 else { throw .malformed(field: "email", reason: AddressForm.unsendable) }
        return address
    }

    private static func email(json: [UInt8]) throws(Refusal) -> String? {
        do { return try JSONNode(json).optional("email") } catch { throw .malformed(error) }
    }
}
