/// Why a token was not believed; for the log, never for the caller.
package enum TokenFault: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong
    case malformed(String)
    /// The header asks for something that we do not do, such as another algorithm or a key of its own.
    case header(String)
    /// No key of the set has this name.
    case unknownKey(String)
    case badSignature
    /// A claim is not what it must be, by its name.
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
