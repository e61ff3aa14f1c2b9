internal import CCurl
internal import HTTP

extension EasyHandle {
    /// Sets the options that describe the request.
    mutating func setCall(_ call: HTTPCall) {
        set(CURLOPT_URL, call.url)
        // A signed path must reach the server unchanged.
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_HTTPHEADER, lines: call.headerLines)
        setMethod(call)
    }

    private mutating func setMethod(_ call: HTTPCall) {
        if call.method == .head {
            set(CURLOPT_NOBODY, 1)
        } else if !call.body.isEmpty || call.method.announcesBody {
            set(CURLOPT_POST, 1)
            setBody(call.body)
        }
        if call.method != .head { set(CURLOPT_CUSTOMREQUEST, call.method.rawValue) }
    }
}

extension Method {
    /// Whether a request sends `Content-Length` even if it has no body.
    fileprivate var announcesBody: Bool {
        switch self {
        case .post, .put, .patch: true
        case .get, .head, .delete, .options: false
        }
    }
}

extension HTTPCall {
    /// The header in libcurl's form.
    ///
    /// A semicolon after the name sends an empty value; a name alone removes a line that libcurl would add itself.
    fileprivate var headerLines: [String] {
        let added = ["Expect", "Content-Type"].filter { fields[$0] == nil }
        return fields.lines.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
            + added.map { "\($0):" }
    }
}
