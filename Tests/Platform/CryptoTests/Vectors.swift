import Crypto
import Testing

/// A Wycheproof test file.
struct Wycheproof<Group: Decodable>: Decodable {
    let testGroups: [Group]
}

/// A test case's ID and expected result.
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

/// Decodes a required hexadecimal text.
func bytes(_ hex: String?) throws -> [UInt8] {
    let text = try #require(hex)
    return try #require(Hex.decode(text))
}
