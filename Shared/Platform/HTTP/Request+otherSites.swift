package import Kernel

extension Request {
    /// Refuses what a page of another site makes a visitor's browser send; programs pass.
    ///
    /// Browsers say where a request comes from in `Sec-Fetch-Site`; older ones name the page's `Origin`, which must then
    /// be the host that was asked. A page of the same site, such as the seller's other subdomain, is no stranger.
    /// Source: <https://web.dev/articles/fetch-metadata>, and Go's `http.CrossOriginProtection` for the older ones.
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
