import DomainNames
import HTTP
import JSON
import Kernel

/// A buyer's request, with every field checked.
struct CheckoutRequest: Equatable, Sendable {
    /// The format of the request, and therefore of its response.
    enum Kind: Equatable, Sendable {
        /// A browser's form: the response is a redirect or a page.
        case form
        /// A program's JSON: the response is JSON.
        case json
    }

    let product: String
    let quantity: Int
    let email: EmailAddress?

    /// The allowed quantities of one order.
    static let quantities = 1...25

    /// Returns the format of the request's body.
    ///
    /// - Throws: `.unsupportedMediaType` if it is neither.
    static func kind(of request: Request) throws(Refusal) -> Kind {
        let type = request.fields["content-type"]?.prefix { $0 != ";" }.trimmingBlanks().lowercased()
        switch type {
        case "application/x-www-form-urlencoded": return .form
        case "application/json": return .json
        default: throw .unsupportedMediaType
        }
    }

    /// Parses the body.
    ///
    /// - Throws: `.malformed` with the invalid field.
    init(_ request: Request, _ kind: Kind) throws(Refusal) {
        switch kind {
        case .form:
            guard let text = String(validating: request.body, as: UTF8.self) else {
                throw .malformed(field: "body", reason: "The form is not UTF-8.")
            }
            let form = try Form(text)
            try self.init(
                product: try form.single("product"), quantity: try form.single("quantity"),
                email: try form.single("email"))
        case .json:
            let body: Body
            do { body = try Body(json: request.body) } catch { throw .malformed(error) }
            try self.init(product: body.product, quantity: body.quantity.map(String.init), email: body.email)
        }
    }

    private init(product: String?, quantity: String?, email: String?) throws(Refusal) {
        guard let product, !product.isEmpty, product.utf8.count <= 100, !product.utf8.contains(0) else {
            throw .malformed(field: "product", reason: "Name a product.")
        }
        self.product = product
        let count = quantity.map { $0.trimmingBlanks() } ?? ""
        guard let number = count.isEmpty ? 1 : Int(count), CheckoutRequest.quantities.contains(number) else {
            throw .malformed(field: "quantity", reason: "Give a whole number from 1 to 25.")
        }
        self.quantity = number
        if let email, !email.trimmingBlanks().isEmpty {
            guard let address = EmailAddress(typed: email) else {
                throw .malformed(
                    field: "email", reason: "Give an e-mail address such as you@example.com, or leave it out.")
            }
            guard !address.needsSMTPUTF8 else {
                throw .malformed(
                    field: "email",
                    reason:
                        "We cannot send to this address: what is before the @ must be plain letters without accents, "
                        + "a to z. Give another one.")
            }
            self.email = address
        } else {
            self.email = nil
        }
    }

    private struct Body: JSONReadable {
        let product: String?
        let quantity: Int64?
        let email: String?

        init(json node: JSONNode) throws(MalformedDocument) {
            product = try node.optional("product")
            quantity = try node.optional("quantity")
            email = try node.optional("email")
        }
    }
}
