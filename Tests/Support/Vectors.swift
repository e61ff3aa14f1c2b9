import FoundationEssentials

/// The bytes of a file below `Tests/Vectors`, which others published (`Tests/Vectors/SOURCES.md`).
package func vector(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(repositoryRoot)/Tests/Vectors/\(path)")))
}

/// A JSON file below `Tests/Vectors`, decoded.
package func vector<Content: Decodable>(_ path: String, as type: Content.Type) throws -> Content {
    try JSONDecoder().decode(type, from: Data(vector(path)))
}
