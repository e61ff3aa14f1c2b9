package import JSON
package import Kernel

extension Refusal {
    /// Returns the refusal of an invalid JSON body; names the member at fault, or `body`.
    package static func malformed(_ fault: MalformedDocument) -> Refusal {
        .malformed(field: fault.field.isEmpty ? "body" : fault.field, reason: "The JSON is not as expected.")
    }
}
