import JSON
import Kernel

/// What is wrong with one part of a catalog.
struct CatalogFault: Equatable, Sendable {
    /// The part, such as `products.0.slug`; empty for the whole.
    let path: String
    /// What follows the part's name in a sentence.
    let reason: String

    init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The sentence with the line before it, as compilers write it.
    func text(in file: String, _ outline: JSONOutline) -> String {
        "\(file):\(outline.line(of: path)): \(path.isEmpty ? "the catalog" : path) \(reason)"
    }
}

/// Everything found wrong with a catalog.
struct CatalogFaults: Error, Equatable, Sendable {
    let faults: [CatalogFault]

    init(_ faults: [CatalogFault]) { self.faults = faults }
}

extension CatalogFault {
    /// What Foundation could not read.
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound: self.init(error.fieldPath, "is missing")
        case .typeMismatch(let type, _), .valueNotFound(let type, _):
            self.init(error.fieldPath, "must be \(CatalogFault.kind(type))")
        case .dataCorrupted(let context):
            if let unknown = context.underlyingError as? UnknownMember {
                let hint = unknown.nearest.map { "; did you mean \($0)?" } ?? ""
                self.init(error.fieldPath, "is not known\(hint)")
            } else {
                self.init(error.fieldPath, error.fieldPath.isEmpty ? "is not JSON" : "must be a whole number")
            }
        @unknown default: self.init(error.fieldPath, "cannot be read")
        }
    }

    private static func kind(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text in double quotes"
        case is Bool.Type: "true or false"
        case is Double.Type: "a whole number"
        default: String(describing: type).hasPrefix("Array") ? "a list in [ ]" : "an object in { }"
        }
    }
}
