package import Kernel

/// The table of a function's routes: finds the endpoint of a request by path and method.
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
/// A segment in braces is decoded and parsed by the type of the endpoint's parameter, a `PathParameter`; what cannot be
/// parsed is 404. A `GET` route takes `HEAD` where it lists it. Another method is 405 with `Allow`, which lists the
/// methods of all routes with this pattern in the order of the table.
///
/// The first pattern of a path's shape is the path's, so a literal segment must come before one in braces. Matching
/// walks over the path's bytes and allocates nothing; only parsed values do.
@usableFromInline
package struct Router<Endpoint: Sendable>: Sendable {
    /// A pattern and its rows.
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline let pattern: PathPattern
        @usableFromInline var routes: [Route<Endpoint>]
    }

    @usableFromInline let entries: [Entry]

    /// A table whose rows are tried in order.
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

    /// Each path pattern once, for the request log.
    package var patterns: [String] { entries.map(\.pattern.description) }

    /// The endpoint that `request` is for.
    ///
    /// - Throws: `.notFound` for a path without a route and for a value that cannot be parsed, `.methodNotAllowed`.
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
    /// What the caller is told.
    package let refusal: Refusal
    /// The pattern of the path's shape, where there is one.
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

    /// Methods are compared in their own module, where they are numbers and not the texts they are made of.
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
