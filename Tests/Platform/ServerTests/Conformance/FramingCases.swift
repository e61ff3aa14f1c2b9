/// RFC 9112 section 6.2 and RFC 9110 section 8.6: `Content-Length`.
let contentLengthCases: [Case] = [
    must("9112 6.2", "a body of five", request("POST", "Content-Length: 5", body: "hello"), .served("POST /a x hello")),
    must("9112 6.2", "a body of none", request("POST", "Content-Length: 0"), .served("POST /a x")),
    must("9112 6.3", "POST without a length has no body", request("POST"), .served("POST /a x")),
    must("9110 9.3.1", "GET with a body", request("GET", "Content-Length: 2", body: "hi"), .served("GET /a x hi")),
    must(
        "9110 8.6", "leading zeros", request("POST", "Content-Length: 0005", body: "hello"), .served("POST /a x hello")),
    must(
        "9110 5.5", "space around a length", request("POST", "Content-Length: \t5 \t", body: "hello"),
        .served("POST /a x hello")
    ),
    must(
        "9110 8.6", "two different", request("POST", "Content-Length: 5", "Content-Length: 6", body: "hello"),
        .refused(400)),
    may(
        "9110 8.6", "two equal", request("POST", "Content-Length: 5", "Content-Length: 5", body: "hello"), .refused(400)
    ),
    must("9112 6.3", "a list, different", request("POST", "Content-Length: 5, 6", body: "hello"), .refused(400)),
    may("9112 6.3", "a list, equal", request("POST", "Content-Length: 5, 5", body: "hello"), .refused(400)),
    must("9112 6.3", "negative", request("POST", "Content-Length: -5", body: "hello"), .refused(400)),
    must("9112 6.3", "a plus sign", request("POST", "Content-Length: +5", body: "hello"), .refused(400)),
    must("9112 6.3", "a tab within", request("POST", "Content-Length: 1\t0", body: "hello"), .refused(400)),
    must("9112 6.3", "tabs alone", request("POST", "Content-Length: \t\t", body: "hello"), .refused(400)),
    must("9112 6.3", "hexadecimal", request("POST", "Content-Length: 0x5", body: "hello"), .refused(400)),
    must("9112 6.3", "letters behind", request("POST", "Content-Length: 5a", body: "hello"), .refused(400)),
    must("9112 6.3", "a fraction", request("POST", "Content-Length: 5.0", body: "hello"), .refused(400)),
    must("9112 6.3", "an exponent", request("POST", "Content-Length: 5e0", body: "hello"), .refused(400)),
    must("9112 6.3", "a space within", request("POST", "Content-Length: 5 5", body: "hello"), .refused(400)),
    must("9112 6.3", "an underscore", request("POST", "Content-Length: 1_0", body: "hello"), .refused(400)),
    must("9112 6.3", "quoted", request("POST", "Content-Length: \"5\"", body: "hello"), .refused(400)),
    must("9112 6.3", "empty", request("POST", "Content-Length:", body: "hello"), .refused(400)),
    must("9112 6.3", "of spaces", request("POST", "Content-Length:  ", body: "hello"), .refused(400)),
    must("9112 6.3", "a comma alone", request("POST", "Content-Length: ,", body: "hello"), .refused(400)),
    must("9112 6.3", "empty, then five", request("POST", "Content-Length:", "Content-Length: 5"), .refused(400)),
    must("9112 6.3", "five, then empty", request("POST", "Content-Length: 5", "Content-Length:"), .refused(400)),
    must("9110 8.6", "2^64 does not wrap", request("POST", "Content-Length: 18446744073709551616"), .refused(400, 413)),
    must("9110 8.6", "2^64 + 5", request("POST", "Content-Length: 18446744073709551621"), .refused(400, 413)),
    must("9110 8.6", "2^63", request("POST", "Content-Length: 9223372036854775808"), .refused(400, 413)),
    must("9110 8.6", "2^32", request("POST", "Content-Length: 4294967296"), .refused(413)),
    must(
        "9110 8.6", "a hundred digits", request("POST", "Content-Length: " + String(repeating: "9", count: 100)),
        .refused(400, 413)),
    must("9110 15.5.14", "one byte over the limit", request("POST", "Content-Length: 1048577"), .refused(413)),
    must(
        "9112 6.3", "HTTP/1.0 with a length", request("POST", "Content-Length: 2", version: "1.0", body: "hi"),
        .servedLast("POST /a x hi")),
]

/// RFC 9112 section 6.1: `Transfer-Encoding`.
let transferEncodingCases: [Case] = [
    must("9112 7.1", "chunked", chunked("5\r\nhello\r\n0\r\n\r\n"), .served("POST /a x hello")),
    must("9112 7", "codings ignore case", encoded("CHUNKED"), .served("POST /a x hello")),
    must("9110 5.5", "space around a coding", encoded("\tchunked \t"), .served("POST /a x hello")),
    should("9112 6.1", "gzip before chunked", encoded("gzip, chunked"), .refused(501)),
    should("9112 6.1", "an unknown coding", encoded("cow, chunked"), .refused(501)),
    must("9112 6.3", "chunked is not last", encoded("chunked, gzip"), .refused(400)),
    must("9112 6.3", "gzip alone", encoded("gzip"), .refused(400, 501)),
    must("9112 6.3", "identity", encoded("identity"), .refused(400, 501)),
    must("9112 7.1", "chunked twice", encoded("chunked, chunked"), .refused(400, 501)),
    must("9112 7.1", "two chunked lines", encoded("chunked\r\nTransfer-Encoding: chunked"), .refused(400, 501)),
    must("9112 6.1", "an empty coding", encoded(""), .refused(400, 501)),
    must("9112 6.1", "HTTP/1.0", encoded("chunked", version: "1.0"), .refused(400)),
    must("9112 6.1", "HTTP/1.0 that asks to keep the connection", oneZeroChunked, .refused(400)),
    must("9112 6.1", "a parameter of chunked", encoded("chunked;a=b"), .refused(400, 501)),
    should("9112 6.1", "no coding for GET either", request("GET", "Transfer-Encoding: cow"), .refused(400, 501)),
    may("9112 6.1", "an empty list element", encoded(", chunked"), .refused(400, 501)),
]

/// Returns a chunked body with another `Transfer-Encoding`.
func encoded(_ coding: String, version: String = "1.1") -> String {
    request("POST", "Transfer-Encoding: \(coding)", version: version, body: "5\r\nhello\r\n0\r\n\r\n")
}

private let oneZeroChunked = request(
    "POST", "Transfer-Encoding: chunked", "Connection: keep-alive", version: "1.0", body: "5\r\nhello\r\n0\r\n\r\n")
