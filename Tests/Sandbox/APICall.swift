import HTTP
import JSON
import Kernel

/// One API call with validated parameters.
struct APICall: Sendable {
    /// The ID in the path, if the route has one.
    var id: String
    var parameters: Parameters
    var cause: SandboxState.Cause
}

/// One endpoint: its route, its parameters and its effect.
struct APIRoute: Sendable {
    let method: Method
    let path: [String]
    let allowed: [String]
    let run: @Sendable (inout SandboxState, APICall) throws(StripeError) -> JSONValue

    init(
        _ method: Method, _ path: String, _ allowed: [String] = ["expand[#]"],
        _ run: @escaping @Sendable (inout SandboxState, APICall) throws(StripeError) -> JSONValue
    ) {
        self.method = method
        self.path = path.split(separator: "/").map(String.init)
        self.allowed = allowed
        self.run = run
    }

    /// Returns the ID in `segments`, empty if the route has none; `nil` if the route does not match.
    func id(_ method: Method, _ segments: [Substring]) -> String? {
        guard method == self.method, segments.count == path.count else { return nil }
        var id = ""
        for (segment, expected) in zip(segments, path) {
            if expected == "{id}" { id = String(segment) } else if segment != expected { return nil }
        }
        return id
    }
}
