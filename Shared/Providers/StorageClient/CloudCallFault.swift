package import Kernel
package import Outbound
package import Storage

/// Why Google did not do what was asked.
package enum CloudCallFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// No answer came.
    case unreachable(CloudService, OutboundFault)
    /// An answer came, and not what was asked for.
    case answered(CloudService, CloudFault)

    package var description: String {
        switch self {
        case .unreachable(let service, let fault): "\(service.rawValue) unreachable: \(fault)"
        case .answered(let service, let fault): "\(service.rawValue) answered: \(fault)"
        }
    }
}

/// Why there is no link to a file.
package enum LinkFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// It could not be made here.
    case local(SigningFault)
    /// Whoever was asked to sign did not.
    case remote(CloudCallFault)

    package var description: String {
        switch self {
        case .local(.notAvailableHere): "the storage signer has no key here"
        case .local(.cannotSign): "the storage link could not be signed"
        case .remote(let fault): fault.description
        }
    }

    /// What the caller is told: «try again», since a key is broken for good and a service comes back.
    package var refusal: Refusal {
        switch self {
        case .local: .failed
        case .remote: .unavailable(retryAfterSeconds: 5)
        }
    }
}
