import EventLoop
import HTTP
import Kernel
import Support

/// Stripe as far as refunds of one payment go, and what may happen to its answers.
@Loop
final class RefundDesk {
    /// What becomes of a call that asks for a refund.
    enum Fate: Sendable {
        /// It is dealt with and answered.
        case answered
        /// It is dealt with, and the connection ends before the answer is out.
        case cut
        /// The connection ends before anything is done.
        case lost
        /// It is refused.
        case refused(status: Int, code: String)
        /// The refund is made, in this state.
        case made(status: String)
    }

    struct Made: Sendable {
        let id: String
        let amount: Int64
        let mark: String?
        var status = "succeeded"
    }

    /// What becomes of the next calls; all after them are answered.
    var fates: [Fate] = []
    /// What can be refunded still.
    var left: Int64
    private(set) var refunds: [Made] = []
    /// The idempotency keys that it saw.
    private(set) var keys: [String] = []
    /// How often it was asked what refunds there are.
    private(set) var lookUps = 0

    private var answers: [String: (Int, String)] = [:]
    private var listener: TCPListener?

    init(left: Int64 = 4900) { self.left = left }

    /// Runs `body` while the desk is open, with the settings that lead to it.
    nonisolated static func open<Output: Sendable>(
        left: Int64 = 4900, _ body: (RefundDesk, [String: String]) async throws -> Output
    ) async throws -> Output {
        let desk = await RefundDesk(left: left)
        let port = try await onLoop { try desk.listen() }
        let output = try await body(desk, ["STRIPE_API_BASE": "http://127.0.0.1:\(port)"])
        try await onLoop { desk.listener?.close() }
        return output
    }

    /// Somebody refunds elsewhere, such as on Stripe's own pages.
    func refundElsewhere(_ amount: Int64) { make(amount, mark: nil) }

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
        return (200, RefundDesk.text(refunds[refunds.count - 1]))
    }

    private func make(_ amount: Int64, mark: String?) {
        refunds.append(Made(id: "re_\(refunds.count + 1)", amount: amount, mark: mark))
        left -= amount
    }

    private var list: String {
        let refunds = refunds.reversed().map(RefundDesk.text).joined(separator: ",")
        return #"{"object":"list","has_more":false,"data":[\#(refunds)]}"#
    }

    private static func text(_ refund: Made) -> String {
        let mark = refund.mark.map { #""latchkey_refund":"\#($0)""# } ?? ""
        return #"{"id":"\#(refund.id)","object":"refund","amount":\#(refund.amount),"currency":"usd","charge":"ch_1","#
            + #""payment_intent":"pi_1","status":"\#(refund.status)","created":1795201139,"metadata":{\#(mark)}}"#
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

/// What has arrived of a request.
@Loop
private final class Received {
    struct Request {
        let method: String
        let key: String
        let form: [String: String]
    }

    var bytes: [UInt8] = []

    /// The request, once it is whole.
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
