internal import CCurl

/// What the linked libcurl can do, and its start.
package enum CurlLibrary {
    /// What this module needs and the linked libcurl lacks; empty when all is well.
    ///
    /// Name resolution off the calling thread is among it: without that a slow name server would stop the loop.
    package static let missing: [String] = {
        guard start, let info = unsafe curl_version_info(CURLVERSION_FIRST) else { return ["libcurl"] }
        let features = unsafe info.pointee.features
        var missing: [String] = []
        if features & CURL_VERSION_ASYNCHDNS == 0 { missing.append("asynchronous name resolution") }
        if features & CURL_VERSION_SSL == 0 { missing.append("TLS") }
        let spoken = unsafe protocols(of: info.pointee)
        return missing + ["http", "https", "smtp", "smtps"].filter { !spoken.contains($0) }
    }()

    /// Makes sure that the library is started and fit; a build that is not cannot run.
    static func require() {
        precondition(missing.isEmpty, "libcurl was built without \(missing.joined(separator: ", "))")
    }

    private static let start = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static func protocols(of info: curl_version_info_data) -> Set<String> {
        var names: Set<String> = []
        var next = unsafe info.protocols
        while let name = unsafe next?.pointee {
            unsafe names.insert(String(cString: name))
            unsafe next = next?.advanced(by: 1)
        }
        return names
    }
}
