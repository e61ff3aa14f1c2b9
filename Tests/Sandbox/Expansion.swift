import JSON
import Kernel

extension SandboxState {
    /// Returns `answer` with the IDs that `expand[]` names replaced by objects.
    ///
    /// Source: <https://docs.stripe.com/api/expanding_objects>
    func expand(_ answer: JSONValue, _ parameters: Parameters) throws(StripeError) -> JSONValue {
        var answer = answer
        for path in parameters.list("expand") {
            let names = path.split(separator: ".").map(String.init)
            guard names.count <= 4 else { throw .invalid("expand", "You can expand four levels at most.") }
            answer = try expand(answer, names[...], path)
        }
        return answer
    }

    private func expand(_ value: JSONValue, _ names: ArraySlice<String>, _ path: String) throws(StripeError)
        -> JSONValue
    {
        guard let name = names.first else { return value }
        let rest = names.dropFirst()
        if value["object"] == "list" {
            guard name == "data" else { throw SandboxState.unexpandable(path) }
            var elements: [JSONValue] = []
            for element in value["data"].elements { elements.append(try expand(element, rest, path)) }
            return value.setting([("data", .array(elements))])
        }
        guard let inner = expanded(value, name) else { throw SandboxState.unexpandable(path) }
        return value.setting([(name, inner.isNull ? inner : try expand(inner, rest, path))])
    }

    /// Returns the object of a member; `nil` if the member is not expandable.
    private func expanded(_ value: JSONValue, _ name: String) -> JSONValue? {
        if name == "line_items", value["object"] == "checkout.session", let id = value["id"].string {
            return lineItemList(id)
        }
        guard ["charge", "latest_charge", "payment_intent"].contains(name) else {
            return ["customer", "invoice", "payment_method"].contains(name) ? value[name] : nil
        }
        guard value.members.contains(where: { $0.0 == name }) else { return nil }
        return value[name].string.flatMap { object($0) } ?? value[name]
    }

    /// Returns a session's line items as Stripe's list object.
    func lineItemList(_ id: String) -> JSONValue {
        .object([
            ("object", "list"), ("data", .array(checkouts[id]?.lineItems ?? [])), ("has_more", false),
            ("url", .string("/v1/checkout/sessions/\(id)/line_items")),
        ])
    }

    private static func unexpandable(_ path: String) -> StripeError {
        .invalid("expand", "This property cannot be expanded (\(path)).")
    }
}
