internal import CCurl

/// A libcurl easy handle, freed with this value.
///
/// Options that libcurl rejects are recorded instead of thrown one by one. A handle that is not `isUsable` must not be
/// run: the rejected option may be the one that verifies certificates.
@safe
struct EasyHandle: ~Copyable {
    let raw: UnsafeMutableRawPointer
    private(set) var isUsable = true
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []

    init() {
        guard let raw = unsafe curl_easy_init() else { fatalError("no transfer: out of memory") }
        unsafe self.raw = raw
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe lists.forEach { unsafe curl_slist_free_all($0) }
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        note(unsafe curl_easy_setopt_long(raw, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        note(unsafe curl_easy_setopt_string(raw, option, value))
    }

    mutating func set(_ option: CURLoption, lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else { fatalError("no list: out of memory") }
            unsafe list = longer
        }
        guard let list = unsafe list else { return }
        unsafe lists.append(list)
        note(unsafe curl_easy_setopt_list(raw, option, list))
    }

    /// Copies the request body into libcurl.
    mutating func setBody(_ body: [UInt8]) {
        note(unsafe curl_easy_setopt_offset(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        unsafe body.withUnsafeBytes { bytes in
            // An empty array has no base address, and a null pointer would mean «use the read callback».
            let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(raw)
            note(unsafe curl_easy_setopt_bytes(raw, CURLOPT_COPYPOSTFIELDS, start))
        }
    }

    mutating func note(_ code: CURLcode) {
        if code != CURLE_OK { isUsable = false }
    }

    /// The last response's status, in HTTP or SMTP; `nil` before there is one.
    var responseCode: Int? {
        var code = 0
        guard unsafe curl_easy_getinfo_long(raw, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK, code > 0 else {
            return nil
        }
        return code
    }

    /// The socket of a completed connect-only transfer.
    var socket: Int32? {
        var socket = curl_socket_t(-1)
        guard unsafe curl_easy_getinfo_socket(raw, &socket) == CURLE_OK, socket >= 0 else { return nil }
        return socket
    }
}
