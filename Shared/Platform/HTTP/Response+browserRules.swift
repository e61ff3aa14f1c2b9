extension Response {
    /// Adds the security headers every response needs; existing values stay.
    ///
    /// Non-page responses get a policy under which nothing runs, loads or is framed. HSTS is sent only over HTTPS (RFC
    /// 6797 section 7.2), for two years and including subdomains.
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
    /// Whether the proxy reports that the client connected over HTTPS.
    ///
    /// A client can forge this, so use it only where that harms no one else: browsers ignore HSTS over plain HTTP.
    package var sayTLS: Bool { self["x-forwarded-proto"] == "https" }
}
