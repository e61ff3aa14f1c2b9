import JSON
import Kernel

/// Stripe's own example object of each resource, so that every field of Stripe's is present.
///
/// `Resources/templates.json` is an excerpt of Stripe's published fixtures; a test compares the two.
enum Templates {
    /// Returns the example of `resource`, such as `checkout.session`.
    static func object(_ resource: String) -> JSONValue { all[resource] }

    private static let all = JSONValue(json: PackageResources.templates_json) ?? .object([])
}
