import FoundationEssentials

/// Returns the bytes of a published test vector below `Tests/Vectors` (`Tests/Vectors/SOURCES.md`).
package func vector(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(repositoryRoot)/Tests/Vectors/\(path)")))
}

/// Decodes a JSON file below `Tests/Vectors`.
package func vector<Content: Decodable>(_ path: String, as type: Content.Type) throws -> Content {
    try JSONDecoder().decode(type, from: Data(vector(path)))
}
