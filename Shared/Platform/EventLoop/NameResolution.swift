internal import CUV
import Glibc

/// A failed name resolution.
package struct NameFault: Error, Equatable, Sendable {
    /// libuv's error code, such as `EAI_NONAME`.
    package let code: String
}

extension Loop {
    /// Resolves `host` to numeric addresses on a worker thread, in the system's order of preference.
    ///
    /// - Throws: `NameFault` if the name has no address or the resolver does not respond.
    @Loop
    package static func resolve(_ host: String) async throws(NameFault) -> [String] {
        let result: Result<[String], NameFault> = await onWorker { lookUp(host) }
        return try result.get()
    }
}

/// Calls the system's resolver; blocks, so it must run on a worker thread.
private func lookUp(_ host: String) -> Result<[String], NameFault> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else { return .failure(NameFault(code: unsafe String(cString: gai_strerror(status)))) }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [String] = []
    var next = unsafe list
    while let entry = unsafe next {
        if let text = unsafe numericText(entry.pointee), !addresses.contains(text) { addresses.append(text) }
        unsafe next = entry.pointee.ai_next
    }
    return .success(addresses)
}

private func numericText(_ entry: addrinfo) -> String? {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = unsafe getnameinfo(
        entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    guard status == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
