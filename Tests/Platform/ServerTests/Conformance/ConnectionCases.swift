/// RFC 9112 section 9: how long a connection lives.
let connectionCases: [Case] = [
    must("9112 9.3", "HTTP/1.1 persists", request(), .served("GET /a x")),
    must("9112 9.6", "close", request("GET", "Connection: close"), .servedLast("GET /a x")),
    must("9110 7.6.1", "CLOSE in any case", request("GET", "connection: CLOSE"), .servedLast("GET /a x")),
    must("9110 7.6.1", "close in a list", request("GET", "Connection: a, close, b"), .servedLast("GET /a x")),
    must("9110 7.6.1", "close without spaces", request("GET", "Connection: a,close"), .servedLast("GET /a x")),
    must("9110 5.6.1", "close after empty elements", request("GET", "Connection: , ,close"), .servedLast("GET /a x")),
    must("9110 5.6.1", "close before empty elements", request("GET", "Connection: close, ,"), .servedLast("GET /a x")),
    must("9110 5.6.1", "space before the comma", request("GET", "Connection: close , a"), .servedLast("GET /a x")),
    must(
        "9110 5.3", "close on a second line", request("GET", "Connection: a", "Connection: close"),
        .servedLast("GET /a x")),
    must(
        "9110 5.3", "close on a first line", request("GET", "Connection: close", "Connection: a"),
        .servedLast("GET /a x")),
    must(
        "9112 9.3", "close beats keep-alive", request("GET", "Connection: keep-alive, close"), .servedLast("GET /a x")),
    must(
        "9112 9.3", "close beats a later keep-alive", request("GET", "Connection: close, keep-alive"),
        .servedLast("GET /a x")),
    must(
        "9112 9.6", "close with a body", request("POST", "Connection: close", "Content-Length: 2", body: "hi"),
        .servedLast("POST /a x hi")),
    must(
        "9112 9.6", "close with chunks",
        request("POST", "Connection: close", "Transfer-Encoding: chunked", body: "2\r\nhi\r\n0\r\n\r\n"),
        .servedLast("POST /a x hi")),
    must("9110 7.6.1", "closed is not close", request("GET", "Connection: closed"), .served("GET /a x")),
    must("9110 7.6.1", "xclose is not close", request("GET", "Connection: xclose"), .served("GET /a x")),
    must("9110 7.6.1", "two words are not close", request("GET", "Connection: close x"), .served("GET /a x")),
    must("9110 7.6.1", "unknown options", request("GET", "Connection: foo, X-Bar"), .served("GET /a x")),
    must("9112 9.3", "HTTP/1.0 does not persist", request(version: "1.0"), .servedLast("GET /a x")),
    must("9112 9.3", "HTTP/1.0 without Host", "GET /a HTTP/1.0\r\n\r\n", .servedLast("GET /a")),
    may(
        "9112 9.3", "HTTP/1.0 with keep-alive", request("GET", "Connection: Keep-Alive", version: "1.0"),
        .served("GET /a x")),
    must(
        "9112 9.3", "HTTP/1.0, keep-alive and close", request("GET", "Connection: keep-alive, close", version: "1.0"),
        .servedLast("GET /a x")),
    must(
        "9112 9.3", "HTTP/1.0, close and keep-alive",
        request("GET", "Connection: close", "Connection: keep-alive", version: "1.0"), .servedLast("GET /a x")),
    must(
        "9112 9.3", "HTTP/1.0 and a Keep-Alive field", request("GET", "Keep-Alive: timeout=5", version: "1.0"),
        .servedLast("GET /a x")),
    must(
        "9110 7.8", "an Upgrade is ignored", request("GET", "Connection: upgrade", "Upgrade: websocket"),
        .served("GET /a x")),
    must(
        "9110 7.8", "an Upgrade with a body",
        request("POST", "Connection: upgrade", "Upgrade: h2c", "Content-Length: 2", body: "hi"), .served("POST /a x hi")
    ),
    must(
        "9110 7.8", "an Upgrade with chunks",
        request(
            "POST", "Connection: upgrade", "Upgrade: h2c", "Transfer-Encoding: chunked", body: "2\r\nhi\r\n0\r\n\r\n"),
        .served("POST /a x hi")),
    must(
        "9110 7.8", "an h2c Upgrade",
        request("GET", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        .served("GET /a x")),
    must(
        "9110 7.8", "an Upgrade in HTTP/1.0",
        request("GET", "Connection: upgrade", "Upgrade: websocket", version: "1.0"), .servedLast("GET /a x")),
    must(
        "9110 7.8", "an Upgrade and close", request("GET", "Connection: upgrade, close", "Upgrade: websocket"),
        .servedLast("GET /a x")),
    must("9112 8", "a body cut short is not served", incomplete("Content-Length: 5", "hell"), .silent),
    must(
        "9112 8", "a last chunk that never comes", incomplete("Transfer-Encoding: chunked", "5\r\nhello\r\n"), .silent),
    must("9112 8", "a trailer that never ends", incomplete("Transfer-Encoding: chunked", "0\r\nX: y\r\n"), .silent),
    must("9112 8", "a chunk cut short", incomplete("Transfer-Encoding: chunked", "5\r\nhel"), .silent),
    must("9112 8", "a header cut short", "GET /a HTTP/1.1\r\nHost: x\r\n", .silent),
    must("9112 8", "a request line cut short", "GET /a", .silent),
    may("9112 8", "nothing at all", "", .silent),
    may("9112 2.2", "an empty line alone", "\r\n", .silent),
]

private func incomplete(_ field: String, _ body: String) -> String { request("POST", field, body: body) }

/// RFC 9110 sections 9 and 10.1.1: methods and expectations.
let methodCases: [Case] = [
    must("9110 9.3.2", "HEAD has the fields of GET and no body", request("HEAD"), .served("")),
    must("9110 9.3.2", "HEAD in HTTP/1.0", request("HEAD", version: "1.0"), .servedLast("")),
    must("9110 9.3.2", "HEAD refused for its Host has no body", request("HEAD", "Host: y"), .refused(400)),
    must("9110 9.3.2", "HEAD refused for its length", request("HEAD", "Content-Length: 9999999"), .refused(413)),
    must("9110 9.3.2", "HEAD refused for a field", request("HEAD", "X : y"), .refused(400)),
    must("9110 9.3.2", "HEAD refused for its target", "HEAD a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
    must(
        "9110 9.3.2", "HEAD refused for a byte of its target", "HEAD \u{1} HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400)),
    must("9110 9.3.2", "HEAD refused for its version", request("HEAD", version: "3.0"), .refused(505)),
    must("9110 9.3.2", "HEAD refused for its expectation", request("HEAD", "Expect: cow"), .refused(417)),
    must("9110 15.3.5", "204 has no body", "GET /empty HTTP/1.1\r\nHost: x\r\n\r\n", .served("", 204)),
    must("9110 15.4.5", "304 has no body", "GET /unchanged HTTP/1.1\r\nHost: x\r\n\r\n", .served("", 304)),
    must("9110 15.5.6", "TRACE is refused with Allow", request("TRACE"), .refused(405)),
    must("9110 15.5.6", "CONNECT is refused with Allow", "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", .refused(405)),
    must("9110 15.5.6", "CONNECT with a path", "CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n", .refused(400, 405)),
    must("9110 15.5.6", "TRACE in HTTP/1.0", request("TRACE", version: "1.0"), .refused(405)),
    must("9110 9.3", "PUT", request("PUT", "Content-Length: 2", body: "hi"), .served("PUT /a x hi")),
    must("9110 9.3", "DELETE", request("DELETE"), .served("DELETE /a x")),
    must("5789 2", "PATCH", request("PATCH", "Content-Length: 2", body: "hi"), .served("PATCH /a x hi")),
    must("9110 9.3.7", "OPTIONS", request("OPTIONS"), .served("OPTIONS /a x")),
    may(
        "9110 10.1.1", "100-continue with its body is answered",
        request("POST", "Expect: 100-continue", "Content-Length: 2", body: "hi"), .served("POST /a x hi")),
    may(
        "9110 10.1.1", "100-continue ignores case",
        request("POST", "Expect: 100-Continue", "Content-Length: 2", body: "hi"), .served("POST /a x hi")),
    must("9110 10.1.1", "100-continue without a body", request("GET", "Expect: 100-continue"), .served("GET /a x")),
    must(
        "9110 10.1.1", "HTTP/1.0 and 100-continue",
        request("POST", "Expect: 100-continue", "Content-Length: 2", version: "1.0", body: "hi"),
        .servedLast("POST /a x hi")),
    must(
        "9110 5.6.1", "100-continue among empty elements", request("GET", "Expect: , 100-continue,"),
        .served("GET /a x")),
    must(
        "9110 5.3", "100-continue twice in a list", request("GET", "Expect: 100-continue, 100-continue"),
        .served("GET /a x")),
    may("9110 10.1.1", "an unknown expectation", request("GET", "Expect: cow"), .refused(417)),
    may("9110 10.1.1", "a known and an unknown one", request("GET", "Expect: 100-continue, cow"), .refused(417)),
    may(
        "9110 10.1.1", "an expectation on a second line", request("GET", "Expect: 100-continue", "Expect: cow"),
        .refused(417)),
]
