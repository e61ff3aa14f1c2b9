/// Why a token was rejected; for the log, never for the caller.
package enum TokenFault: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong
    case malformed(String)
    /// The header asks for something we do not support, such as another algorithm or an embedded key.
    case header(String)
    /// No key in the set has this ID.
    case unknownKey(String)
    case badSignature
    /// The named claim does not have the expected value.
    case claim(String)

    package var description: String {
        switch self {
        case .tooLong: "the token is too long"
        case .malformed(let reason), .header(let reason): reason
        case .unknownKey: "the key is unknown"
        case .badSignature: "the signature does not hold"
        case .claim(let name): "the claim \(name) does not hold"
        }
    }
}
