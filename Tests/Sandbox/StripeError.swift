import JSON
import Kernel

/// An error in the form of Stripe's API.
///
/// Source: <https://docs.stripe.com/api/errors>
struct StripeError: Error, Equatable {
    var status = 400
    var type = "invalid_request_error"
    var code: String?
    var parameter: String?
    var message: String

    /// The JSON document.
    var json: JSONValue {
        var error: [(String, JSONValue)] = [("message", .string(message)), ("type", .string(type))]
        if let parameter { error.append(("param", .string(parameter))) }
        if let code {
            error.append(("code", .string(code)))
            let page = code.split(separator: "_").joined(separator: "-")
            error.append(("doc_url", .string("https://stripe.com/docs/error-codes/\(page)")))
        }
        return .object([("error", .object(error))])
    }

    /// The object does not exist; `parameter` names the one with its ID.
    static func missing(_ kind: String, _ id: String, parameter: String, status: Int = 404) -> StripeError {
        StripeError(
            status: status, code: "resource_missing", parameter: parameter, message: "No such \(kind): '\(id)'")
    }

    /// A required parameter is absent.
    static func lacks(_ parameter: String) -> StripeError {
        StripeError(code: "parameter_missing", parameter: parameter, message: "Missing required param: \(parameter).")
    }

    /// A parameter's value is invalid.
    static func invalid(_ parameter: String, _ message: String, code: String? = nil) -> StripeError {
        StripeError(code: code, parameter: parameter, message: message)
    }
}
