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
package struct Router<Endpoint: Sendable>: Sendable {
    /// The rows of each pattern.
    private let rows: [(pattern: PathPattern, routes: [Route<Endpoint>])]

    /// A table whose rows are tried in order.
    package init(_ routes: Route<Endpoint>...) {
        var rows: [(pattern: PathPattern, routes: [Route<Endpoint>])] = []
        for route in routes {
            if let index = rows.firstIndex(where: { $0.pattern.description == route.pattern.description }) {
                rows[index].routes.append(route)
                continue
            }
            for (pattern, _) in rows {
                precondition(!pattern.covers(route.pattern), "\(pattern) hides \(route.pattern)")
            }
            rows.append((route.pattern, [route]))
        }
        self.rows = rows
    }

    /// Each path pattern once, for the request log.
    package var patterns: [String] { rows.map(\.pattern.description) }

    /// The endpoint that `request` is for.
    ///
    /// - Throws: `.notFound` for a path without a route and for a value that cannot be parsed, `.methodNotAllowed`.
    package func endpoint(of request: Request) throws(RoutingFault) -> Endpoint {
        for (pattern, routes) in rows {
            guard let values = pattern.values(in: request.path) else { continue }
            guard let route = routes.first(where: { $0.methods.contains(request.method) }) else {
                let allow = routes.flatMap(\.methods).map(\.rawValue).joined(separator: ", ")
                throw RoutingFault(refusal: .methodNotAllowed(allow: allow), pattern: pattern.description)
            }
            guard let endpoint = route.endpoint(request.path, values) else {
                throw RoutingFault(refusal: .notFound, pattern: pattern.description)
            }
            return endpoint
        }
        throw RoutingFault(refusal: .notFound, pattern: nil)
    }
}

/// Why a request has no endpoint.
package struct RoutingFault: Error, Equatable {
    /// What the caller is told.
    package let refusal: Refusal
    /// The pattern of the path's shape, where there is one.
    package let pattern: String?
}
