package import JSON
package import Kernel

extension Refusal {
    /// The refusal of a body that is not the JSON it should be: names the member at fault, or the body.
    package static func malformed(_ fault: MalformedDocument) -> Refusal {
        .malformed(field: fault.field.isEmpty ? "body" : fault.field, reason: "The JSON is not as expected.")
    }
}
