import HTTP
import JSON
import Kernel

/// One call of the API, its parameters checked.
struct APICall: Sendable {
    /// The ID in the path, where the route has one.
    var id: String
    var parameters: Parameters
    var cause: World.Cause
}

/// One endpoint: what it is called, the parameters it knows and what it does.
struct APIRoute: Sendable {
    let method: Method
    let path: [String]
    let allowed: [String]
    let run: @Sendable (inout World, APICall) throws(StripeError) -> JSONValue

    init(
        _ method: Method, _ path: String, _ allowed: [String] = ["expand[#]"],
        _ run: @escaping @Sendable (inout World, APICall) throws(StripeError) -> JSONValue
    ) {
        self.method = method
        self.path = path.split(separator: "/").map(String.init)
        self.allowed = allowed
        self.run = run
    }

    /// The ID in `segments`, empty when the route has none; `nil` when this is not the route.
    func id(_ method: Method, _ segments: [Substring]) -> String? {
        guard method == self.method, segments.count == path.count else { return nil }
        var id = ""
        for (segment, expected) in zip(segments, path) {
            if expected == "{id}" { id = String(segment) } else if segment != expected { return nil }
        }
        return id
    }
}
