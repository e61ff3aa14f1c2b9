package import EventLoop
import HTTP
import Kernel
import Postgres

/// A stand-in for Stripe's refunds of one payment, whose responses can be lost.
@Loop
package final class RefundDesk {
    /// What happens to a request for a refund.
    package enum Fate: Sendable {
        /// It is processed and answered.
        case answered
        /// It is processed, and the connection ends before the response is sent.
        case cut
        /// The connection ends before it is processed.
        case lost
        /// It is refused.
        case refused(status: Int, code: String)
        /// The refund is made, with this status.
        case made(status: String)
    }

    /// A refund that it made.
    package struct Made: Sendable {
        /// Its ID.
        package let id: String
        /// Its amount, in the minor unit.
        package let amount: Int64
        fileprivate let mark: String?
        fileprivate var status = "succeeded"
    }

    /// What happens to the next requests; all later ones are answered.
    package var fates: [Fate] = []
    /// The amount that is left to refund.
    private var left: Int64
    /// The refunds that it made.
    package private(set) var refunds: [Made] = []
    /// The idempotency keys of the requests.
    package private(set) var keys: [String] = []
    /// How often the refunds were listed.
    package private(set) var lookUps = 0

    private var answers: [String: (Int, String)] = [:]
    private var listener: TCPListener?

    /// The currency that its refunds are in.
    private let currency: String

    init(left: Int64 = 4900, currency: String = "usd") {
        self.left = left
        self.currency = currency
    }

    /// Runs `body` with the stand-in and the settings that point to it.
    @discardableResult
    package nonisolated static func open<Output: Sendable>(
        left: Int64 = 4900, currency: String = "usd", _ body: (RefundDesk, [String: String]) async throws -> Output
    ) async throws -> Output {
        let desk = await RefundDesk(left: left, currency: currency)
        let port = try await onLoop { try desk.listen() }
        let output = try await body(desk, ["STRIPE_API_BASE": "http://127.0.0.1:\(port)"])
        try await onLoop { desk.listener?.close() }
        return output
    }

    /// Makes a refund that the shop did not request, as on Stripe's own pages.
    package func refundElsewhere(_ amount: Int64) { make(amount, mark: nil) }

    private func listen() throws -> Int {
        let listener = try TCPListener(host: "127.0.0.1", port: 0) { [weak self] stream in
            let received = Received()
            stream.onBytes = { bytes in
                for index in bytes.indices { received.bytes.append(bytes[index]) }
                guard let request = received.request else { return }
                received.bytes = []
                self?.take(request, stream)
            }
            stream.onEnd = { stream.close() }
            stream.startReading()
        }
        self.listener = listener
        return listener.port
    }

    private func take(_ request: Received.Request, _ stream: TCPStream) {
        guard request.method == "POST" else {
            lookUps += 1
            return send((200, list), stream)
        }
        keys.append(request.key)
        let fate = fates.isEmpty ? .answered : fates.removeFirst()
        if case .lost = fate { return stream.close() }
        let answer = answers[request.key] ?? answer(request, fate)
        answers[request.key] = answer
        if case .cut = fate { return stream.close() }
        send(answer, stream)
    }

    private func answer(_ request: Received.Request, _ fate: Fate) -> (Int, String) {
        let amount = request.form["amount"].flatMap { Int64($0) } ?? left
        if case .refused(let status, let code) = fate { return RefundDesk.error(status, code) }
        guard left > 0 else { return RefundDesk.error(400, "charge_already_refunded") }
        guard amount <= left else { return RefundDesk.error(400, "amount_too_large") }
        make(amount, mark: request.form["metadata[latchkey_refund]"])
        if case .made(let status) = fate { refunds[refunds.count - 1].status = status }
        return (200, text(refunds[refunds.count - 1]))
    }

    private func make(_ amount: Int64, mark: String?) {
        refunds.append(Made(id: "re_\(refunds.count + 1)", amount: amount, mark: mark))
        left -= amount
    }

    private var list: String {
        let refunds = refunds.reversed().map(text).joined(separator: ",")
        return #"{"object":"list","has_more":false,"data":[\#(refunds)]}"#
    }

    private func text(_ refund: Made) -> String {
        let mark = refund.mark.map { #""latchkey_refund":"\#($0)""# } ?? ""
        return #"{"id":"\#(refund.id)","object":"refund","amount":\#(refund.amount),"currency":"\#(currency)","#
            + #""charge":"ch_1","payment_intent":"pi_1","status":"\#(refund.status)","created":1795201139,"metadata":{\#(mark)}}"#
    }

    private static func error(_ status: Int, _ code: String) -> (Int, String) {
        (status, #"{"error":{"type":"invalid_request_error","code":"\#(code)","message":"m"}}"#)
    }

    private func send(_ answer: (Int, String), _ stream: TCPStream) {
        let head = "HTTP/1.1 \(answer.0) X\r\nContent-Type: application/json\r\nConnection: close\r\n"
        stream.write(Array("\(head)Content-Length: \(answer.1.utf8.count)\r\n\r\n\(answer.1)".utf8)) { _ in
            stream.close()
        }
    }
}

/// The bytes of a request so far.
@Loop
private final class Received {
    struct Request {
        let method: String
        let key: String
        let form: [String: String]
    }

    var bytes: [UInt8] = []

    /// The request, once it is complete.
    var request: Request? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let body = text[end.upperBound...]
        guard body.utf8.count >= Int(field("content-length", lines) ?? "0") ?? 0, let form = try? Form(body) else {
            return nil
        }
        return Request(
            method: String(lines[0].prefix { $0 != " " }), key: field("idempotency-key", lines) ?? "",
            form: Dictionary(form.entries.map { ($0.name, $0.value) }) { $1 })
    }

    private func field(_ name: String, _ lines: [Substring]) -> String? {
        let line = lines.first { $0.lowercased().hasPrefix("\(name):") }
        return line.map { String($0.drop { $0 != ":" }.dropFirst().trimmingBlanks()) }
    }
}

/// Returns what an order, its license, its mails but the receipt and its refund requests are.
package func refundState() async throws -> [String] {
    try await texts(
        """
        SELECT status || ' ' || amount_refunded FROM orders
        UNION ALL SELECT status FROM licenses
        UNION ALL SELECT concat_ws(' ', kind, status, attempts, CASE WHEN next_attempt_at <= created_at THEN 'due' END)
            FROM emails WHERE kind <> 'receipt'
        UNION ALL SELECT CASE WHEN ended_at IS NULL THEN 'open' ELSE concat_ws(' ', 'ended', stripe_refund_id, failure) END
            FROM refund_requests
        """)
}
