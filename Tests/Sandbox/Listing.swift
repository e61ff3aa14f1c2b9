import JSON
import Kernel

/// The parameters of every list endpoint.
let listParameterNames = [
    "created", "created[gt]", "created[gte]", "created[lt]", "created[lte]", "ending_before", "expand[#]", "limit",
    "starting_after",
]

/// The parameters of one page of a list, newest first.
///
/// Source: <https://docs.stripe.com/api/pagination>
struct Page {
    private let limit: Int64
    private let after: String?
    private let before: String?
    private let created: [(comparison: String, bound: Int64)]

    init(_ parameters: Parameters) throws(StripeError) {
        limit = try parameters.integer("limit") ?? 10
        guard (1...100).contains(limit) else {
            throw .invalid("limit", "This value must be from 1 to 100.", code: "parameter_invalid_integer")
        }
        after = parameters.text("starting_after")
        before = parameters.text("ending_before")
        guard after == nil || before == nil else {
            throw .invalid("ending_before", "You cannot parameterize both starting_after and ending_before.")
        }
        var created: [(String, Int64)] = []
        for (name, comparison) in [("created", "eq")] + ["gt", "gte", "lt", "lte"].map({ ("created[\($0)]", $0) }) {
            if let bound = try parameters.integer(name) { created.append((comparison, bound)) }
        }
        self.created = created
    }

    /// Returns Stripe's list object with this page of `objects`, which must be sorted newest first.
    ///
    /// - Throws: `resource_missing` if the page starts after an object that does not exist.
    func list(_ objects: [JSONValue], url: String) throws(StripeError) -> JSONValue {
        var rest = objects.filter(isInTime)[...]
        var hasMore = false
        if let after {
            guard let index = rest.firstIndex(where: { $0["id"].string == after }) else {
                throw .missing("object", after, parameter: "starting_after", status: 400)
            }
            rest = rest[(index + 1)...]
        }
        if let before {
            guard let index = rest.firstIndex(where: { $0["id"].string == before }) else {
                throw .missing("object", before, parameter: "ending_before", status: 400)
            }
            hasMore = index > Int(limit)
            rest = rest[..<index].suffix(Int(limit))
        } else {
            hasMore = rest.count > limit
            rest = rest.prefix(Int(limit))
        }
        return .object([
            ("object", "list"), ("data", .array(Array(rest))), ("has_more", .bool(hasMore)), ("url", .string(url)),
        ])
    }

    private func isInTime(_ object: JSONValue) -> Bool {
        let time = object["created"].integer ?? 0
        return created.allSatisfy { comparison, bound in
            switch comparison {
            case "gt": time > bound
            case "gte": time >= bound
            case "lt": time < bound
            case "lte": time <= bound
            default: time == bound
            }
        }
    }
}
