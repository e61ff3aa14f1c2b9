package import Kernel

/// An e-mail address with an optional display name.
package struct Mailbox: Hashable, Sendable {
    /// The display name, in any script.
    package let name: String?
    /// The address.
    package let address: EmailAddress

    /// Creates a mailbox; a name without visible characters counts as `nil`.
    package init(name: String? = nil, address: EmailAddress) {
        self.name = name
        self.address = address
    }

    /// Parses `Name <address>` or a bare address; `nil` if it contains no valid address.
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
    /// The domain: the part after the at sign.
    package var domain: String { String(text.drop { $0 != "@" }.dropFirst()) }

    /// The address as an RFC 5322 `addr-spec` (section 3.4.1), with the local part quoted where its dots require it.
    ///
    /// Browsers and `EmailAddress` accept `a..b@example.com`; a header must quote it.
    package var specification: String {
        let local = text.prefix { $0 != "@" }
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        return atoms.contains("") ? "\"\(local)\"@\(domain)" : text
    }
}
