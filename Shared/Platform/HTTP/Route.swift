/// One row of a `Router`: methods, a path pattern, and the endpoint made from the path's values.
///
/// The generic functions are inlinable, so that they are specialized for each function's endpoints: run-time lookup of
/// the types of one route costs 10,000 instructions.
@usableFromInline
package struct Route<Endpoint: Sendable>: Sendable {
    @usableFromInline let methods: [Method]
    @usableFromInline let pattern: PathPattern
    /// Makes the endpoint; returns `nil` if a value of the path cannot be parsed.
    @usableFromInline let endpoint: @Sendable (PathValues) -> Endpoint?

    /// Creates a route without placeholders.
    @inlinable
    package init(_ methods: Method..., at pattern: StaticString, to endpoint: Endpoint) {
        self.init(methods, pattern, valueCount: 0) { _ in endpoint }
    }

    /// Creates a route with one placeholder.
    @inlinable
    package init<Value: PathParameter>(
        _ methods: Method..., at pattern: StaticString, to endpoint: @escaping @Sendable (Value) -> Endpoint
    ) {
        self.init(methods, pattern, valueCount: 1) { values in
            guard let value = Value.parse(values[0]) else { return nil }
            return endpoint(value)
        }
    }

    /// Creates a route with two placeholders, in the order of the endpoint's parameters.
    @inlinable
    package init<First: PathParameter, Second: PathParameter>(
        _ methods: Method..., at pattern: StaticString, to endpoint: @escaping @Sendable (First, Second) -> Endpoint
    ) {
        self.init(methods, pattern, valueCount: 2) { values in
            guard let first = First.parse(values[0]), let second = Second.parse(values[1]) else { return nil }
            return endpoint(first, second)
        }
    }

    @usableFromInline
    init(
        _ methods: [Method], _ pattern: StaticString, valueCount: Int,
        _ endpoint: @escaping @Sendable (PathValues) -> Endpoint?
    ) {
        self.methods = methods
        self.pattern = PathPattern(pattern.description)
        self.endpoint = endpoint
        precondition(self.pattern.valueCount == valueCount, "\(pattern) has not as many values as its endpoint takes")
    }
}
