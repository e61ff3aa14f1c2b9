internal import CCurl
internal import EventLoop
internal import HTTP
internal import Kernel

/// Collects one call's response within its limits and returns the result at the end.
@Loop
final class HTTPExchange: TransferDelegate {
    private let call: HTTPCall
    private var fields = Fields()
    private var headerBytes = 0
    private var isHeaderComplete = false
    private var body: [UInt8] = []
    private var sendings = 0
    private var isTooLarge = false

    /// The limit on a response's header.
    private static let maxHeaderBytes = 64 << 10

    init(_ call: HTTPCall) { self.call = call }

    func shouldSend() -> Bool {
        // A second call means that libcurl found its connection dead and is about to resend the whole request.
        guard sendings == 0 || call.isRepeatable else { return false }
        sendings += 1
        return true
    }

    func receive(body chunk: [UInt8]) -> Bool {
        isTooLarge = chunk.count > call.maxAnswerBytes - body.count
        if !isTooLarge { body += chunk }
        return !isTooLarge
    }

    func receive(headerLine line: [UInt8]) -> Bool {
        headerBytes += line.count
        isTooLarge = headerBytes > HTTPExchange.maxHeaderBytes
        guard !isTooLarge else { return false }
        let text = String(decoding: line, as: UTF8.self).trimmingBlanks()
        if text.hasPrefix("HTTP/") && (isHeaderComplete || fields.lines.isEmpty) {
            // A status line: the first, or the one after an interim response (1xx).
            (fields, isHeaderComplete) = (Fields(), false)
        } else if text.isEmpty {
            isHeaderComplete = true
        } else if !isHeaderComplete {
            return add(fieldLine: text, isFolded: line.first == 0x20 || line.first == 0x09)
        }
        // Only trailers are left, which no caller needs.
        return true
    }

    /// Returns the response, or throws why there is none.
    func answer(_ end: TransferEnd, status: Int?) throws(OutboundFault) -> HTTPAnswer {
        switch end {
        case .cancelled: throw .cancelled(progress)
        case .finished(CURLE_OK):
            guard let status else { throw .brokenAnswer }
            return HTTPAnswer(status: status, fields: fields, body: body)
        case .finished(let code): throw fault(code)
        }
    }

    private var progress: OutboundFault.Progress { sendings == 0 ? .notSent : .maybeSent }

    /// Adds a field; rejects line folding, which is obsolete and forbidden to servers (RFC 9112 section 5.2).
    private func add(fieldLine text: Substring, isFolded: Bool) -> Bool {
        guard !isFolded, let colon = text.firstIndex(of: ":") else { return false }
        fields.append(String(text[..<colon]), String(text[text.index(after: colon)...].trimmingBlanks()))
        return true
    }

    private func fault(_ code: CURLcode) -> OutboundFault {
        if isTooLarge { return .answerTooLarge }
        if code == CURLE_OPERATION_TIMEDOUT { return .timedOut(progress) }
        guard sendings == 0 else { return .brokenAnswer }
        switch code {
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED:
            return .tls
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: return .refusedByPolicy
        default: return .couldNotConnect
        }
    }
}
