internal import CCurl

extension EasyHandle {
    /// Sets the options common to all transfers, whatever the protocol.
    ///
    /// The environment has no influence: no proxy and no `.netrc` is read. Certificates and host names are always
    /// verified, and this cannot be turned off.
    mutating func setPolicy(protocols: String, caFile: String?, connectTimeout: Duration, totalTimeout: Duration) {
        set(CURLOPT_PROTOCOLS_STR, protocols)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // A transfer that ends during name resolution would otherwise block, and the loop with it, until the resolver's
        // thread finishes. With this option that thread frees itself.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.wholeMilliseconds)
        set(CURLOPT_TIMEOUT_MS, totalTimeout.wholeMilliseconds)
        setTLS(caFile: caFile)
    }

    private mutating func setTLS(caFile: String?) {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // TLS 1.3 has no weak cipher suites; of TLS 1.2's, only those with forward secrecy and authenticated encryption
        // are allowed. Source: RFC 9325 section 4.2.
        set(CURLOPT_SSL_CIPHER_LIST, "ECDHE+AESGCM:ECDHE+CHACHA20")
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // Only a store from a single file is parsed once and cached for all connections.
        set(CURLOPT_CAPATH, nil)
        if let caFile { set(CURLOPT_CAINFO, caFile) }
    }
}

extension Duration {
    /// The duration in libcurl's milliseconds, rounded up; at least 1, because 0 means «no limit».
    fileprivate var wholeMilliseconds: Int {
        let whole = components.seconds * 1_000
        return max(1, Int(whole + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
