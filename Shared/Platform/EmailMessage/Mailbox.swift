package import Kernel

/// An address with the name people know it by.
package struct Mailbox: Hashable, Sendable {
    /// A display name in any script, or `nil`.
    package let name: String?
    /// Where the mail goes.
    package let address: EmailAddress

    /// A mailbox; a name with nothing visible in it counts as none.
    package init(name: String? = nil, address: EmailAddress) {
        self.name = name
        self.address = address
    }

    /// Parses `Name <address>` or an address alone; `nil` if there is no address in it.
    package init?(text: String) {
        guard let open = text.lastIndex(of: "<") else {
            guard let address = EmailAddress(text) else { return nil }
            self.init(address: address)
            return
        }
        guard text.hasSuffix(">"), let address = EmailAddress(String(text[text.index(after: open)...].dropLast()))
        else { return nil }
        let name = text[..<open].trimmingBlanks().filter { $0 != "\"" }
        self.init(name: name.isEmpty ? nil : name, address: address)
    }
}

extension EmailAddress {
    /// What follows the at sign.
    package var domain: String { String(text.drop { $0 != "@" }.dropFirst()) }

    /// The address as RFC 5322 section 3.4.1 writes it: quoted when dots stand where a bare local part has none.
    ///
    /// Browsers accept `a..b@example.com`, and so does `EmailAddress`; a header may not have it bare.
    package var specification: String {
        let local = text.prefix { $0 != "@" }
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        return atoms.contains("") ? "\"\(local)\"@\(domain)" : text
    }
}
