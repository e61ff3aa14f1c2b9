internal import CCurl
internal import HTTP
internal import Kernel

/// The connection broke or was closed by the peer.
struct ConnectionLost: Error {}

extension EasyHandle {
    /// Sets the server and the credentials; `domain` is our name in EHLO.
    mutating func setServer(_ server: SMTPServer, domain: Substring) {
        let scheme = server.security == .implicit ? "smtps" : "smtp"
        set(CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/\(PercentCoding.encode(String(domain)))")
        set(CURLOPT_CONNECT_ONLY, 1)
        set(CURLOPT_USE_SSL, server.security.useSSL)
        guard let credentials = server.credentials else { return }
        set(CURLOPT_USERNAME, credentials.user.revealed())
        set(CURLOPT_PASSWORD, credentials.password.revealed())
        // Both are as secure as the TLS below them; what else libcurl might choose depends on its build.
        set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
    }

    /// Sends `bytes` from `start` without blocking and returns the number of bytes sent.
    ///
    /// - Throws: `ConnectionLost` if the connection broke.
    func send(_ bytes: [UInt8], from start: Int) throws(ConnectionLost) -> Int {
        var count = 0
        let code = unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count else { return CURLE_OK }
            return unsafe curl_easy_send(raw, base + start, bytes.count - start, &count)
        }
        switch code {
        case CURLE_OK: return count
        case CURLE_AGAIN: return 0
        default: throw ConnectionLost()
        }
    }

    /// Returns the bytes received so far; `nil` if there are none.
    ///
    /// - Throws: `ConnectionLost` if the connection broke.
    func receive() throws(ConnectionLost) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var count = 0
        let code = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe buffer.baseAddress.map { unsafe curl_easy_recv(raw, $0, buffer.count, &count) } ?? CURLE_OK
        }
        switch code {
        case CURLE_OK where count > 0: return Array(bytes.prefix(count))
        case CURLE_AGAIN: return nil
        default: throw ConnectionLost()
        }
    }
}

extension SMTPServer.Security {
    /// libcurl's STARTTLS requirement; implicit TLS is part of the scheme.
    fileprivate var useSSL: Int {
        switch self {
        case .implicit, .required: Int(CURLUSESSL_ALL.rawValue)
        case .tried: Int(CURLUSESSL_TRY.rawValue)
        case .none: Int(CURLUSESSL_NONE.rawValue)
        }
    }
}

/// Returns why a session could not be opened; `nil` if it was opened.
///
/// A reply that comes before the server has seen a mail never counts as a refusal of that mail: 5xx concerns us.
func openingFault(_ end: TransferEnd, _ reply: Int?, isLoginNeeded: Bool) -> SMTPFault? {
    guard case .finished(let code) = end else { return .transient(.cancelled) }
    switch code {
    case CURLE_OK:
        // libcurl continues without a login if the server offers none; only 235 confirms a successful one.
        return isLoginNeeded && reply != 235 ? .misconfigured(code: nil) : nil
    case CURLE_LOGIN_DENIED:
        guard let reply, (400..<500).contains(reply) else { return .misconfigured(code: reply) }
        return .transient(.reply(reply))
    case CURLE_OPERATION_TIMEDOUT: return .transient(.timedOut)
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: return .transient(.couldNotConnect)
    case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
        return .transient(.tls)
    default:
        guard let reply, reply >= 400 else { return .transient(.dropped) }
        return reply < 500 ? .transient(.reply(reply)) : .misconfigured(code: reply)
    }
}
