/// The classes of request smuggling: each is a message that two parsers may frame differently.
let smugglingCases: [Case] = [
    must("9112 6.1", "CL.TE", both("Content-Length: 6", "Transfer-Encoding: chunked", "0\r\n\r\nG"), .refused(400)),
    must(
        "9112 6.1", "TE.CL", both("Transfer-Encoding: chunked", "Content-Length: 3", "1\r\nA\r\n0\r\n\r\n"),
        .refused(400)),
    must(
        "9112 6.1", "CL.0 with chunked", both("Content-Length: 0", "Transfer-Encoding: chunked", "0\r\n\r\n"),
        .refused(400)),
    must("9112 6.1", "TE.0", both("Transfer-Encoding: chunked", "Content-Length: 0", "0\r\n\r\n"), .refused(400)),
    must("9112 6.1", "CL.TE in HTTP/1.0", oneZero, .refused(400)),
    must(
        "9112 6.1", "CL and an unknown coding", both("Content-Length: 5", "Transfer-Encoding: cow", "hello"),
        .refused(400, 501)),
    must("9112 6.1", "TE.TE, second unknown", encoded("chunked\r\nTransfer-Encoding: cow"), .refused(400, 501)),
    must("9112 6.1", "TE.TE, second identity", encoded("chunked\r\nTransfer-Encoding: identity"), .refused(400, 501)),
    must("9112 6.1", "TE.TE, first identity", encoded("identity\r\nTransfer-Encoding: chunked"), .refused(400, 501)),
    must("9112 6.1", "TE.TE, first empty", encoded("\r\nTransfer-Encoding: chunked"), .refused(400, 501)),
    must("9112 6.1", "xchunked", encoded("xchunked"), .refused(400, 501)),
    must("9112 6.1", "chunkedx", encoded("chunkedx"), .refused(400, 501)),
    must("9112 6.1", "chunked and a word", encoded("chunked x"), .refused(400, 501)),
    must("9112 6.1", "chunked in quotes", encoded("\"chunked\""), .refused(400, 501)),
    must("9112 6.1", "chunked in single quotes", encoded("'chunked'"), .refused(400, 501)),
    must("9112 6.1", "chunked in brackets", encoded("[chunked]"), .refused(400, 501)),
    must("9112 6.1", "chunked after a vertical tab", encoded("\u{0B}chunked"), .refused(400, 501)),
    must("9112 6.1", "chunked before a vertical tab", encoded("chunked\u{0B}"), .refused(400, 501)),
    must("9112 6.1", "chunked after a form feed", encoded("\u{0C}chunked"), .refused(400, 501)),
    must("9112 6.1", "chunked after a non-breaking space", encoded("\u{A0}chunked"), .refused(400, 501)),
    must("9112 6.1", "chunked before a NUL", encoded("chunked\u{0}"), .refused(400, 501)),
    must("9112 6.1", "chunked with a dotless letter", encoded("chun\u{C4}\u{B7}ed"), .refused(400, 501)),
    must("9112 6.1", "a comma behind chunked", encoded("chunked,"), .refused(400, 501)),
    must("9112 6.1", "commas in front of chunked", encoded(",,,chunked"), .refused(400, 501)),
    must("9112 6.1", "a semicolon behind chunked", encoded("chunked;"), .refused(400, 501)),
    must("9112 5.1", "Transfer-Encoding, space, colon", named("Transfer-Encoding "), .refused(400)),
    must("9112 5.1", "Transfer-Encoding, tab, colon", named("Transfer-Encoding\t"), .refused(400)),
    must("9112 5.1", "space in front of Transfer-Encoding", named(" Transfer-Encoding"), .refused(400)),
    must("9112 5.1", "Transfer-Encoding, NUL", named("Transfer-Encoding\u{0}"), .refused(400)),
    must("9112 5.1", "Transfer-Encoding, bare CR", named("Transfer-Encoding\r"), .refused(400)),
    must("9112 5.1", "Transfer-Encoding, bare LF", named("Transfer-Encoding\n"), .refused(400)),
    must("9112 5.2", "a folded Transfer-Encoding", encoded("\r\n chunked"), .refused(400)),
    must("9112 5.2", "Transfer-Encoding in a fold", named("X: y\r\n Transfer-Encoding"), .refused(400)),
    must("9112 2.2", "Transfer-Encoding behind a bare LF", named("X: y\nTransfer-Encoding"), .refused(400)),
    must("9112 2.2", "Transfer-Encoding behind a bare CR", named("X: y\rTransfer-Encoding"), .refused(400)),
    must("9112 2.2", "Transfer-Encoding behind an LF CR", named("X: y\n\rTransfer-Encoding"), .refused(400)),
    must(
        "9112 5.1", "Content-Length, space, colon", request("POST", "Content-Length : 5", body: "hello"), .refused(400)),
    must("9112 5.1", "Content-Length, CR, colon", request("POST", "Content-Length\r: 5", body: "hello"), .refused(400)),
    must("9112 5.2", "a folded Content-Length", request("POST", "Content-Length:\r\n 5", body: "hello"), .refused(400)),
    must("9112 5.2", "a Content-Length in two halves", request("POST", "Content-Length: 1\r\n 5"), .refused(400)),
    must(
        "9112 6.3", "Content_Length is another field",
        request("POST", "Content_Length: 5", "Transfer_Encoding: chunked"), .served("POST /a x")),
    must(
        "9112 11.1", "a request in the path", "GET /a HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400, 505)),
    must(
        "9112 6.3", "a request as a body is a body",
        request("POST", "Content-Length: 32", body: "GET /b HTTP/1.1\r\nHost: inside\r\n\r"),
        .served("POST /a x GET /b HTTP/1.1\r\nHost: inside\r\n\r")),
]

private func both(_ first: String, _ second: String, _ body: String) -> String {
    request("POST", first, second, body: body)
}

private func named(_ name: String) -> String {
    request("POST", "Content-Length: 5", "\(name): chunked", body: "0\r\n\r\n")
}

private let oneZero = request(
    "POST", "Content-Length: 5", "Transfer-Encoding: chunked", version: "1.0", body: "0\r\n\r\n")
