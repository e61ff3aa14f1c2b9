package import Kernel

/// The routing table of a function: maps a request's method and path to an endpoint.
///
/// A function with several routes declares an endpoint for each and switches over what the router returns:
///
///     enum Endpoint { case list, ticket(TicketNumber), reply(TicketNumber) }
///
///     static let router = Router<Endpoint>(
///         Route(.get, .head, at: "/support/tickets", to: .list),
///         Route(.get, .head, at: "/support/tickets/{number}", to: Endpoint.ticket),
///         Route(.post, at: "/support/tickets/{number}", to: Endpoint.reply))
///
/// A placeholder is decoded and parsed by the type of the endpoint's parameter, a `PathParameter`; a value that cannot
/// be parsed results in 404. A `GET` route accepts `HEAD` only if it lists it. Any other method results in 405 with
/// `Allow`, which lists the methods of all routes with this pattern, in the table's order.
///
/// The first pattern that matches the path is used, so literal segments must come before placeholders. Matching scans
/// the path's bytes without allocation; only parsed values allocate.
@usableFromInline
package struct Router<Endpoint: Sendable>: Sendable {
    /// A pattern and its routes.
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline let pattern: PathPattern
        @usableFromInline var routes: [Route<Endpoint>]
    }

    @usableFromInline let entries: [Entry]

    /// Creates a table; its routes are tried in order.
    package init(_ routes: Route<Endpoint>...) {
        var entries: [Entry] = []
        for route in routes {
            if let index = entries.firstIndex(where: { $0.pattern.description == route.pattern.description }) {
                entries[index].routes.append(route)
                continue
            }
            for entry in entries {
                precondition(!entry.pattern.covers(route.pattern), "\(entry.pattern) hides \(route.pattern)")
            }
            entries.append(Entry(pattern: route.pattern, routes: [route]))
        }
        self.entries = entries
    }

    /// Each pattern once, for the request log.
    package var patterns: [String] { entries.map(\.pattern.description) }

    /// Returns the endpoint of `request`.
    ///
    /// - Throws: `.notFound` for an unknown path or a value that cannot be parsed, `.methodNotAllowed`.
    @inlinable
    package func endpoint(of request: Request) throws(RoutingFault) -> Endpoint {
        for entry in entries {
            guard let values = entry.pattern.values(in: request.path) else { continue }
            for route in entry.routes where RoutingFault.allows(request.method, route.methods) {
                guard let endpoint = route.endpoint(values) else { throw .noValue(entry.pattern) }
                return endpoint
            }
            throw .method(entry.routes.map(\.methods), entry.pattern)
        }
        throw .noRoute
    }
}

/// Why a request has no endpoint.
@usableFromInline
package struct RoutingFault: Error, Equatable {
    /// The refusal for the client.
    package let refusal: Refusal
    /// The pattern that matched, if any.
    package let pattern: String?

    @usableFromInline static let noRoute = RoutingFault(refusal: .notFound, pattern: nil)

    @usableFromInline
    static func noValue(_ pattern: PathPattern) -> RoutingFault {
        RoutingFault(refusal: .notFound, pattern: pattern.description)
    }

    @usableFromInline
    static func method(_ allowed: [[Method]], _ pattern: PathPattern) -> RoutingFault {
        let allow = allowed.joined().map(\.rawValue).joined(separator: ", ")
        return RoutingFault(refusal: .methodNotAllowed(allow: allow), pattern: pattern.description)
    }

    /// Compares in this module, where methods are enumeration cases; elsewhere their raw texts would be compared.
    @usableFromInline
    static func allows(_ method: Method, _ methods: [Method]) -> Bool {
        for allowed in methods {
            switch (method, allowed) {
            case (.get, .get), (.head, .head), (.post, .post), (.put, .put), (.delete, .delete), (.patch, .patch),
                (.options, .options):
                return true
            default: continue
            }
        }
        return false
    }
}
