import HTTP

extension Request {
    /// The path's parts between slashes: `/download/abc` gives `["download", "abc"]`, `/` gives none.
    var pathSegments: [Substring] {
        let bytes = path.utf8.span
        var (segments, start): ([Substring], Int) = ([], 0)
        segments.reserveCapacity(4)
        for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: "/") {
            if index > start {
                let from = path.utf8.index(path.startIndex, offsetBy: start)
                segments.append(path[from..<path.utf8.index(from, offsetBy: index - start)])
            }
            start = index + 1
        }
        return segments
    }
}
