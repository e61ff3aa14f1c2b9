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

    /// One fault, at `path`.
    init(_ path: String, _ reason: String) { faults = [CatalogFault(path, reason)] }
}
