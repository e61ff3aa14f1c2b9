internal import CCurl

/// The linked libcurl: its features and its global initialization.
package enum CurlLibrary {
    /// The features this module needs and the linked libcurl lacks; empty if it has all of them.
    ///
    /// They include asynchronous name resolution, without which a slow name server would block the loop.
    package static let missing: [String] = {
        guard start, let info = unsafe curl_version_info(CURLVERSION_FIRST) else { return ["libcurl"] }
        let features = unsafe info.pointee.features
        var missing: [String] = []
        if features & CURL_VERSION_ASYNCHDNS == 0 { missing.append("asynchronous name resolution") }
        if features & CURL_VERSION_SSL == 0 { missing.append("TLS") }
        let spoken = unsafe protocols(of: info.pointee)
        return missing + ["http", "https", "smtp", "smtps"].filter { !spoken.contains($0) }
    }()

    /// Initializes libcurl; traps if the linked library lacks a required feature.
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
