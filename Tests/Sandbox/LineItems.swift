import JSON
import Kernel

extension SandboxState {
    /// Returns Stripe's line items for `line_items[…]`.
    func lineItems(_ parameters: Parameters) throws(StripeError) -> [JSONValue] {
        let indexes = parameters.indexes("line_items")
        guard !indexes.isEmpty else { throw .lacks("line_items") }
        guard indexes.count <= 100 else { throw .invalid("line_items", "There are 100 line items at most.") }
        var items: [JSONValue] = []
        for index in indexes {
            let name = "line_items[\(index)]"
            let price = try price(parameters, name)
            let quantity = try quantity(parameters, name)
            if let first = items.first, first["currency"].string != price.currency {
                throw .invalid("\(name)[price]", "All line items must have the same currency.")
            }
            items.append(lineItem(price, quantity: quantity))
        }
        return items
    }

    private func quantity(_ parameters: Parameters, _ name: String) throws(StripeError) -> Int64 {
        guard let quantity = try parameters.integer("\(name)[quantity]") else { throw .lacks("\(name)[quantity]") }
        guard (1...999_999).contains(quantity) else {
            throw .invalid("\(name)[quantity]", "This value must be greater than or equal to 1.")
        }
        return quantity
    }

    private func price(_ parameters: Parameters, _ name: String) throws(StripeError) -> Catalog.Price {
        if let id = parameters.text("\(name)[price]") {
            guard let price = catalog.prices[id] else {
                throw .missing("price", id, parameter: "\(name)[price]", status: 400)
            }
            return price
        }
        let data = "\(name)[price_data]"
        let currency = try parameters.required("\(data)[currency]")
        guard Currency(currency) != nil else { throw .invalid("\(data)[currency]", "Invalid currency: \(currency)") }
        guard let amount = try parameters.integer("\(data)[unit_amount]") else { throw .lacks("\(data)[unit_amount]") }
        guard (0...99_999_999).contains(amount) else {
            throw .invalid("\(data)[unit_amount]", "Invalid non-negative integer", code: "parameter_invalid_integer")
        }
        return Catalog.Price(
            id: StripeID.make("price_"), unitAmount: amount, currency: currency.lowercased(),
            product: parameters.text("\(data)[product]") ?? StripeID.make("prod_", length: 14, beginning: ""),
            name: parameters.text("\(data)[product_data][name]") ?? "Product")
    }

    private func lineItem(_ price: Catalog.Price, quantity: Int64) -> JSONValue {
        let total = JSONValue.integer(price.unitAmount * quantity)
        let template = Templates.object("item")
        let listed = template["price"].setting([
            ("id", .string(price.id)), ("currency", .string(price.currency)), ("custom_unit_amount", .null),
            ("product", .string(price.product)), ("recurring", .null), ("transform_quantity", .null),
            ("type", "one_time"), ("unit_amount", .integer(price.unitAmount)),
            ("unit_amount_decimal", .string(String(price.unitAmount))),
        ])
        return template.setting([
            ("id", .string(StripeID.make("li_"))), ("adjustable_quantity", .null), ("amount_discount", 0),
            ("amount_subtotal", total), ("amount_tax", 0), ("amount_total", total),
            ("currency", .string(price.currency)), ("description", .string(price.name)), ("metadata", .object([])),
            ("price", listed), ("quantity", .integer(quantity)),
        ])
    }
}
