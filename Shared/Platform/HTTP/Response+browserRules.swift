extension Response {
    /// The response with what every answer must tell a browser, whoever made it; what it says already stays.
    ///
    /// Whoever opens an answer that is no page of ours sees data: nothing in it runs, loads or is framed. HTTPS is asked
    /// for only where the caller came by it (RFC 6797 section 7.2), for two years and for hosts below this one too.
    package func withBrowserRules(isOverTLS: Bool) -> Response {
        var response = self
        response.fields.reserve(Response.browserRules.count + 1)
        for (name, value) in Response.browserRules where response.fields[name] == nil {
            response.fields.append(name, value)
        }
        if isOverTLS { response.fields.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains") }
        return response
    }

    private static let browserRules = [
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"),
        ("Referrer-Policy", "no-referrer"),
    ]
}

extension Fields {
    /// Whether the proxy before us says that the caller came by HTTPS.
    ///
    /// Only for what harms nobody else when a caller lies: a browser takes no heed of what it is told over plain HTTP.
    package var sayTLS: Bool { self["x-forwarded-proto"] == "https" }
}
