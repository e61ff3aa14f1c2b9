internal import HTTP

/// The start of a message up to `HTTP/`, checked before the parser sees it.
///
/// llhttp accepts more here than RFC 9112 sections 2.2 and 3 allow (a single CR or LF in front, `RTSP/1.0`, HTTP/0.9),
/// and stops at the first letter of an unknown method, where a method cannot be told from garbage.
struct RequestLine {
    private enum Part { case front, frontEnd, method, target, targetEnd, name, rest }

    /// The method, once it is complete.
    var method: [UInt8] { hasMethod ? word : [] }
    /// Whether the method is complete and known to the parser.
    private(set) var hasMethod = false
    /// Whether anything but empty lines has arrived.
    var hasBegun: Bool { part != .front && part != .frontEnd }

    private var part = Part.front
    private var word: [UInt8] = []
    private var length = 0

    /// Reads empty lines, the method and the space after it; returns the number of bytes read.
    mutating func readMethod(_ bytes: borrowing Span<UInt8>) throws(RequestFault) -> Int {
        for index in 0..<bytes.count {
            try takeFront(bytes[index])
            if hasMethod { return index + 1 }
        }
        return bytes.count
    }

    /// Reads the target and the protocol name; returns how many of `bytes` are valid, and the fault after them.
    mutating func readName(_ bytes: borrowing Span<UInt8>, from start: Int) -> (sound: Int, fault: RequestFault?) {
        for index in start..<bytes.count {
            if part == .rest { break }
            if let fault = takeName(bytes[index]) { return (index, fault) }
        }
        return (bytes.count, nil)
    }

    private mutating func takeFront(_ byte: UInt8) throws(RequestFault) {
        switch (part, byte) {
        case (.front, 13): part = .frontEnd
        case (.frontEnd, 10): part = .front
        case (.frontEnd, _): throw RequestLine.broken
        case (.method, 32):
            guard RequestLine.known.contains(word) else { throw .methodUnknown }
            (part, hasMethod) = (.target, true)
        default:
            guard Token.allows(byte) else { throw RequestLine.broken }
            part = .method
            word.append(byte)
            if word.count > 64 { throw .methodUnknown }
        }
    }

    private mutating func takeName(_ byte: UInt8) -> RequestFault? {
        switch (part, byte) {
        case (.target, 32):
            guard length > 0 else { return RequestLine.broken }
            (part, length) = (.name, 0)
        case (.target, 13) where length > 0: part = .targetEnd
        case (.target, _): length += 1
        // A line of only a method and a target is HTTP/0.9.
        case (.targetEnd, _): return byte == 10 ? .versionUnsupported : RequestLine.broken
        default:
            guard byte == RequestLine.name[length] else { return RequestLine.broken }
            length += 1
            if length == RequestLine.name.count { part = .rest }
        }
        return nil
    }

    private static let broken = RequestFault.badRequest("The request line is broken.")
    private static let name = Array("HTTP/".utf8)
    /// `PRI` starts HTTP/2 and is rejected as a version.
    private static let known = Set(
        (Method.allCases.map(\.rawValue) + ["TRACE", "CONNECT", "PRI"]).map { Array($0.utf8) })
}
