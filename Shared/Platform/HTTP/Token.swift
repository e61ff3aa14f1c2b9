import Kernel

/// The characters of methods and field names, RFC 9110 section 5.6.2.
package enum Token {
    /// Whether `byte` is allowed in a token.
    package static func allows(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || punctuation.contains(byte) }

    private static let punctuation = Set("!#$%&'*+-.^_`|~".utf8)
}
