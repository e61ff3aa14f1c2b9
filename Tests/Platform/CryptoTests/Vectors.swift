import Crypto
import Testing

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
