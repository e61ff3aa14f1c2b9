package import Kernel

extension Request {
    /// Rejects cross-site browser requests; non-browser clients pass.
    ///
    /// Browsers send `Sec-Fetch-Site`; older ones send only `Origin`, which must then match `Host`. Requests from the
    /// same site, such as another subdomain of the seller's, pass.
    /// Source: <https://web.dev/articles/fetch-metadata>, and for older browsers Go's `http.CrossOriginProtection`.
    package func refuseOtherSites() throws(Refusal) {
        guard comesFromOtherSite else { return }
        throw .forbidden(reason: "This form belongs to another site. Open the shop's own page and send it from there.")
    }

    private var comesFromOtherSite: Bool {
        if let site = fields["sec-fetch-site"] { return !["same-origin", "same-site", "none"].contains(site) }
        guard let origin = fields["origin"] else { return false }
        return origin.split(separator: "/").last.map(String.init) != fields["host"]
    }
}
