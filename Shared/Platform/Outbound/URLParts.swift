internal import CCurl

/// A URL, split by the parser that will also act on it, so that a policy decided here holds there.
struct URLParts: Sendable {
    let scheme: String
    /// The host, with brackets if it is an IPv6 address.
    let host: String
    let port: Int?
    /// User and password as written, with percent-encoding.
    let user: String?
    let password: String?
    let path: String
    /// Whether there is a query, a fragment or options after the user's name.
    let hasExtras: Bool

    /// Parses `text`; `nil` if it is not an absolute URL.
    init?(_ text: String) {
        guard let url = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(url) }
        guard unsafe curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = unsafe part(CURLUPART_SCHEME, of: url), let host = unsafe part(CURLUPART_HOST, of: url)
        else { return nil }
        self.scheme = scheme
        self.host = host
        port = unsafe part(CURLUPART_PORT, of: url).flatMap { Int($0) }
        user = unsafe part(CURLUPART_USER, of: url)
        password = unsafe part(CURLUPART_PASSWORD, of: url)
        path = unsafe part(CURLUPART_PATH, of: url) ?? "/"
        hasExtras =
            [CURLUPART_QUERY, CURLUPART_FRAGMENT, CURLUPART_OPTIONS].contains {
                unsafe part($0, of: url) != nil
            }
    }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `::1`.
    var isLoopback: Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = octets.count == 4 && octets.allSatisfy { UInt8($0) != nil }
        return host.lowercased() == "localhost" || host == "[::1]" || (isIPv4 && octets[0] == "127")
    }
}

private func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(url, part, &text, 0) == CURLUE_OK, let text = unsafe text else { return nil }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
}
