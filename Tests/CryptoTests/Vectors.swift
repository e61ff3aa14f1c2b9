import Crypto
import FoundationEssentials
import Testing

/// Reads one of the vector files that nobody in this project wrote (`Tests/Vectors/SOURCES.md`).
func vectors<Content: Decodable>(_ path: String, _ file: String = #filePath) throws -> Content {
    let folder = file.split(separator: "/").dropLast(2).joined(separator: "/")
    let data = try Data(contentsOf: URL(filePath: "/\(folder)/Vectors/\(path)"))
    return try JSONDecoder().decode(Content.self, from: data)
}

/// A file of project Wycheproof.
struct Wycheproof<Group: Decodable>: Decodable {
    let testGroups: [Group]
}

/// One case: what it says should come of it.
struct Verdict: Decodable {
    let tcId: Int
    let comment: String
    let msg: String
    let sig: String?
    let key: String?
    let tag: String?
    let result: String
    let flags: [String]
}

/// The bytes of a hexadecimal text that must be there.
func bytes(_ hex: String?) throws -> [UInt8] {
    let text = try #require(hex)
    return try #require(Hex.decode(text))
}
