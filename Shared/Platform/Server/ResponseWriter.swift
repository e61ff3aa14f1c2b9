internal import HTTP
internal import Kernel

/// Serializes responses.
struct ResponseWriter {
    /// The `Date` field's value and the second it belongs to; formatted once per second, not per request.
    private var date = (second: Int64.min, text: "")

    /// Returns the complete message; `HEAD` gets the header that `GET` would get.
    ///
    /// `Connection` is sent in both cases: an HTTP/1.0 peer needs the «keep-alive».
    mutating func bytes(_ response: Response, isHead: Bool, keepsAlive: Bool, at instant: Instant) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1_024 + response.body.count)
        bytes += "HTTP/1.1 ".utf8
        bytes.append(decimal: response.status)
        bytes.append(UInt8(ascii: " "))
        write(reason(response.status), to: &bytes)
        for line in response.fields.lines {
            bytes += line.name.utf8
            bytes += ": ".utf8
            write(line.value, to: &bytes)
        }
        bytes += "Date: ".utf8
        write(dateText(instant), to: &bytes)
        if allowsBody(response.status), response.fields["content-length"] == nil {
            bytes += "Content-Length: ".utf8
            bytes.append(decimal: response.body.count)
            bytes += "\r\n".utf8
        }
        bytes += (keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n").utf8
        if !isHead, allowsBody(response.status) { bytes += response.body }
        return bytes
    }

    /// Whether the `Content-Length` in `response` differs from the length of the body sent.
    ///
    /// Such a response ends its connection, because the peer would take what follows for the rest of it.
    func isMisframed(_ response: Response, isHead: Bool) -> Bool {
        guard !isHead, let announced = response.fields["content-length"] else { return false }
        return Int(announced) != response.body.count
    }

    /// Writes the rest of a line.
    private func write(_ text: String, to bytes: inout [UInt8]) {
        bytes += text.utf8
        bytes += "\r\n".utf8
    }

    private mutating func dateText(_ instant: Instant) -> String {
        if date.second != instant.unixSeconds { date = (instant.unixSeconds, CivilTime(instant).httpDate) }
        return date.text
    }

    /// Whether a response of this status may have a body (RFC 9110 section 6.4.1).
    private func allowsBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

    private func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 206: "Partial Content"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
