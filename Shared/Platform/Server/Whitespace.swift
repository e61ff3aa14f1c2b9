/// White space that RFC 9110 allows and llhttp does not; it is removed before parsing.
///
/// Removing it joins no tokens: without the white space the bytes mean the same, or are rejected.
enum Whitespace {
    /// No special white space.
    case ordinary
    /// In the value of `Content-Length` or `Transfer-Encoding`, after which llhttp accepts spaces but not tabs (RFC
    /// 9110 section 5.6.3).
    case aroundFraming
    /// In a chunk's first line, around the `;` and `=` of extensions (RFC 9112 section 7.1.1).
    case inChunkLine(ChunkLine)

    /// Returns the bytes of one line to parse, how many bytes were read, and whether they are valid.
    ///
    /// The end of the line resets this to `ordinary`.
    mutating func filter(_ bytes: borrowing Span<UInt8>, from start: Int) -> (kept: [UInt8], end: Int, isSound: Bool) {
        var kept: [UInt8] = []
        for index in start..<bytes.count {
            let byte = bytes[index]
            switch take(byte) {
            case .keep(let byte): kept.append(byte)
            case .drop: break
            case .refuse: return (kept, index, false)
            }
            if byte == 13 {
                self = .ordinary
                return (kept, index + 1, true)
            }
        }
        return (kept, bytes.count, true)
    }

    private mutating func take(_ byte: UInt8) -> Verdict {
        switch self {
        case .ordinary: return .keep(byte)
        case .aroundFraming: return .keep(byte == 9 ? 32 : byte)
        case .inChunkLine(var line):
            let verdict = line.take(byte)
            self = .inChunkLine(line)
            return verdict
        }
    }

    /// The decision for one byte.
    enum Verdict { case keep(UInt8), drop, refuse }
}

/// The white space in a chunk's first line.
///
/// White space is removed next to `;` or `=`. Any other gap is rejected, so that `5 5` never becomes `55`.
struct ChunkLine {
    private var previous: UInt8 = 0
    private var hasGap = false
    private var isQuoted = false
    private var isEscaped = false

    /// Processes the line's next byte.
    mutating func take(_ byte: UInt8) -> Whitespace.Verdict {
        if isQuoted { return takeQuoted(byte) }
        if byte == 32 || byte == 9, previous != 0 {
            hasGap = true
            return .drop
        }
        guard !hasGap || ChunkLine.isSeparator(byte) || ChunkLine.isSeparator(previous) else { return .refuse }
        hasGap = false
        isQuoted = byte == UInt8(ascii: "\"")
        previous = byte
        return .keep(byte)
    }

    private mutating func takeQuoted(_ byte: UInt8) -> Whitespace.Verdict {
        let ends = byte == UInt8(ascii: "\"") && !isEscaped
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        isQuoted = !ends
        previous = byte
        return .keep(byte)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ";") || byte == UInt8(ascii: "=") }
}
