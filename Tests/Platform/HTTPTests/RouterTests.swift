import Kernel
import Testing

@testable import HTTP

/// A value that only digits parse into.
private struct Number: Equatable, Sendable, PathParameter {
    let value: Int

    init(_ value: Int) { self.value = value }

    static func parse(_ segment: PathSegment) -> Number? { segment.text.flatMap { Int($0) }.map { Number($0) } }
}

private enum Endpoint: Equatable, Sendable {
    case root, list, fresh
    case item(Number)
    case change(Number)
    case note(Number, String)
    case file(String, Number?)
}

private let router = Router<Endpoint>(
    Route(.get, at: "/", to: .root),
    Route(.post, .get, .head, at: "/items", to: .list),
    Route(.post, at: "/items/new", to: .fresh),
    Route(.get, .head, at: "/items/{number}", to: Endpoint.item),
    Route(.put, .delete, at: "/items/{number}", to: Endpoint.change),
    Route(.get, at: "/items/{number}/notes/{name}", to: Endpoint.note),
    Route(.get, at: "/files/{folder}/{number}", to: Endpoint.file))

private func find(_ method: Method, _ path: String) throws(RoutingFault) -> Endpoint {
    try router.endpoint(of: Request(method: method, path: path))
}

@Suite("Router")
struct RouterTests {
    @Test(
        "finds the endpoint by path and method, and gives it the path's values decoded and parsed",
        arguments: [
            (Method.get, "/", Endpoint.root), (.get, "/items", .list), (.head, "/items", .list),
            (.post, "/items/new", .fresh), (.get, "/items/7", .item(Number(7))), (.head, "/items/7", .item(Number(7))),
            (.put, "/items/7", .change(Number(7))), (.delete, "/items/7", .change(Number(7))),
            (.get, "/items/7/notes/a%20b", .note(Number(7), "a b")),
            (.get, "/items/7/notes/%C3%A9", .note(Number(7), "é")),
            (.get, "/items/7/notes/é", .note(Number(7), "é")), (.get, "/items/7/notes/a+b", .note(Number(7), "a+b")),
            (.get, "/items/7/notes/a;b=c", .note(Number(7), "a;b=c")), (.get, "/items/%37", .item(Number(7))),
            (.get, "/items/7/notes/%252F", .note(Number(7), "%2F")),
            (.get, "/items/7/notes/...", .note(Number(7), "...")),
            (.get, "/items/7/notes/items", .note(Number(7), "items")),
            (.get, "/files/x/7", .file("x", Number(7))), (.get, "/files/x/y", .file("x", nil)),
            (.get, "/files/x/a%2Fb", .file("x", nil)), (.get, "/files/x/..", .file("x", nil)),
        ])
    fileprivate func finds(method: Method, path: String, endpoint: Endpoint) throws {
        #expect(try find(method, path) == endpoint)
    }

    @Test(
        "reads several slashes as one and an escaped letter as the letter, as nginx does, and a slash at the end as none",
        arguments: [
            ("//", Endpoint.root), ("/items/", .list), ("/items//", .list), ("//items", .list), ("/it%65ms", .list),
            ("/%69%74%65%6D%73", .list), ("/items//7", .item(Number(7))), ("/items/7/", .item(Number(7))),
            ("//items//7//notes//x//", .note(Number(7), "x")), ("/items/7/n%6ftes/x", .note(Number(7), "x")),
        ])
    fileprivate func normalizes(path: String, endpoint: Endpoint) throws {
        #expect(try find(.get, path) == endpoint)
    }

    @Test("takes an escaped literal for the literal, never for a value")
    func escapedLiteral() throws {
        #expect(try find(.post, "/items/n%65w") == .fresh)
        #expect(throws: RoutingFault(refusal: .methodNotAllowed(allow: "POST"), pattern: "/items/new")) {
            try find(.get, "/items/%6Eew")
        }
    }

    @Test(
        "finds nothing for a path of no pattern's shape",
        arguments: [
            "", "*", "items", "/item", "/itemss", "/Items", "/items;a", "/items;/7", "/items%2F7", "/items%2f7",
            "/items%", "/items%2", "/item%zz", "/items/7/notes", "/items/7/notes/x/y", "/./items", "/items/./7",
            "/x/../items", "/%2e/items", "/files/x", "/\\items", "/%2Fitems", "/items%00",
        ])
    func unknown(path: String) {
        #expect(throws: RoutingFault(refusal: .notFound, pattern: nil)) { try find(.get, path) }
    }

    @Test(
        "finds nothing for a value that cannot be parsed, and names the pattern",
        arguments: [
            ("/items/x", "/items/{number}"), ("/items/7x", "/items/{number}"), ("/items/%zz", "/items/{number}"),
            ("/items/.", "/items/{number}"), ("/items/..", "/items/{number}"), ("/items/%2e%2E", "/items/{number}"),
            ("/items/7;", "/items/{number}"), ("/items/7%2F", "/items/{number}"), ("/items/7%00", "/items/{number}"),
            ("/items/7/notes/a%2Fb", "/items/{number}/notes/{name}"),
            ("/items/7/notes/..", "/items/{number}/notes/{name}"),
            ("/items/7/notes/%2e", "/items/{number}/notes/{name}"),
            ("/items/7/notes/%ff", "/items/{number}/notes/{name}"),
            ("/items/7/notes/%", "/items/{number}/notes/{name}"), ("/items/7/notes/%4", "/items/{number}/notes/{name}"),
            ("/items/7/notes/a%00", "/items/{number}/notes/{name}"),
            ("/items/x/notes/a", "/items/{number}/notes/{name}"),
            ("/files/a%2Fb/7", "/files/{folder}/{number}"), ("/files/../items", "/files/{folder}/{number}"),
        ])
    func unparsed(path: String, pattern: String) {
        #expect(throws: RoutingFault(refusal: .notFound, pattern: pattern)) { try find(.get, path) }
    }

    @Test(
        "refuses another method with 405 and lists the pattern's methods in the table's order",
        arguments: [
            ("/", "GET", [Method.head, .post, .options]), ("/items", "POST, GET, HEAD", [.put, .options, .patch]),
            ("/items/new", "POST", [.get, .head, .options]),
            ("/items/7", "GET, HEAD, PUT, DELETE", [.post, .patch, .options]),
            // The method is looked at before the values.
            ("/items/x", "GET, HEAD, PUT, DELETE", [.post]), ("/items/7/notes/x", "GET", [.head]),
        ])
    func methods(path: String, allow: String, methods: [Method]) {
        for method in methods {
            let fault = #expect(throws: RoutingFault.self) { try find(method, path) }
            #expect(fault?.refusal == .methodNotAllowed(allow: allow))
            #expect(fault?.refusal.response.status == 405 && fault?.refusal.response.fields["allow"] == allow)
        }
    }

    @Test("names each pattern once, in the table's order")
    func patterns() {
        #expect(
            router.patterns == [
                "/", "/items", "/items/new", "/items/{number}", "/items/{number}/notes/{name}",
                "/files/{folder}/{number}",
            ])
    }

    @Test("cannot be made with a route that no request reaches, or with other values than an endpoint takes")
    func impossible() async {
        await #expect(processExitsWith: .failure) {
            _ = Router<Int>(Route(.get, at: "/{any}", to: { (_: String) in 1 }), Route(.get, at: "/a", to: 2))
        }
        await #expect(processExitsWith: .failure) { _ = Route<Int>(.get, at: "/{one}", to: 1) }
        await #expect(processExitsWith: .failure) { _ = Route<Int>(.get, at: "/one", to: { (_: String) in 1 }) }
        await #expect(processExitsWith: .failure) { _ = Route<Int>(.get, at: "one", to: 1) }
    }
}
