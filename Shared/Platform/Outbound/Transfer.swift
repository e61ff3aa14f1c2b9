internal import CCurl
internal import EventLoop

/// Receives one transfer's progress; called on the loop, from inside libcurl.
@Loop
protocol TransferDelegate: AnyObject {
    /// Receives one header line of the response; returning `false` ends the transfer.
    func receive(headerLine: [UInt8]) -> Bool
    /// Receives part of the response's body; returning `false` ends the transfer.
    func receive(body: [UInt8]) -> Bool
    /// Called when connected, just before the request is sent; returning `false` ends the transfer.
    func shouldSend() -> Bool
}

/// How a transfer ended.
enum TransferEnd: Sendable {
    case finished(CURLcode)
    case cancelled
}

/// One easy handle while a multi handle runs it.
@Loop
final class Transfer {
    var easy = EasyHandle()
    let end = Outcome<TransferEnd, Never>()
    private let delegate: (any TransferDelegate)?

    init(_ delegate: (any TransferDelegate)? = nil) {
        self.delegate = delegate
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        easy.note(unsafe curl_easy_setopt_write(easy.raw, takeBody, context))
        easy.note(unsafe curl_easy_setopt_header(easy.raw, takeHeader, context))
        easy.note(unsafe curl_easy_setopt_prereq(easy.raw, takePrerequest, context))
    }

    fileprivate func receive(body: [UInt8]) -> Bool { delegate?.receive(body: body) ?? true }
    fileprivate func receive(headerLine: [UInt8]) -> Bool { delegate?.receive(headerLine: headerLine) ?? true }
    fileprivate func shouldSend() -> Bool { delegate?.shouldSend() ?? true }

    /// Returns the transfer of a callback's context.
    ///
    /// libcurl calls back only while the transfer is in a multi handle, which keeps it alive.
    fileprivate nonisolated static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let chunk = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))
    let transfer = unsafe Transfer.at(context)
    var goesOn = false
    Loop.assumeIsolated { goesOn = transfer?.receive(body: chunk) ?? false }
    return goesOn ? chunk.count : chunk.count - 1
}

private func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let line = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))
    let transfer = unsafe Transfer.at(context)
    var goesOn = false
    Loop.assumeIsolated { goesOn = transfer?.receive(headerLine: line) ?? false }
    return goesOn ? line.count : line.count - 1
}

private func takePrerequest(
    _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?, _: Int32,
    _: Int32
) -> Int32 {
    let transfer = unsafe Transfer.at(context)
    var goesOn = false
    Loop.assumeIsolated { goesOn = transfer?.shouldSend() ?? false }
    return goesOn ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
