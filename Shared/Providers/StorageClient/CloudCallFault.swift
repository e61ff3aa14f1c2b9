package import Kernel
package import Outbound
package import Storage

/// Why a call to Google failed.
package enum CloudCallFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// There was no response.
    case unreachable(CloudService, OutboundFault)
    /// The service responded with an error.
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
    /// The remote signer failed.
    case remote(CloudCallFault)

    package var description: String {
        switch self {
        case .local(.notAvailableHere): "the storage signer has no key here"
        case .local(.cannotSign): "the storage link could not be signed"
        case .remote(let fault): fault.description
        }
    }

    /// The refusal for the client: «try again» only if the remote signer failed; a key that fails here stays broken.
    package var refusal: Refusal {
        switch self {
        case .local: .failed
        case .remote: .unavailable(retryAfterSeconds: 5)
        }
    }
}
