/// One row of a `Router`: methods, a path pattern, and the endpoint that the values in the path make.
///
/// What is generic here is inlinable, so that it is compiled for each function's endpoints: looked up while the program
/// runs, the types of one route cost 10,000 instructions.
@usableFromInline
package struct Route<Endpoint: Sendable>: Sendable {
    @usableFromInline let methods: [Method]
    @usableFromInline let pattern: PathPattern
    /// The endpoint, unless a value of the path cannot be parsed.
    @usableFromInline let endpoint: @Sendable (PathValues) -> Endpoint?

    /// A route without values in its path.
    @inlinable
    package init(_ methods: Method..., at pattern: StaticString, to endpoint: Endpoint) {
        self.init(methods, pattern, valueCount: 0) { _ in endpoint }
    }

    /// A route with one value in its path.
    @inlinable
    package init<Value: PathParameter>(
        _ methods: Method..., at pattern: StaticString, to endpoint: @escaping @Sendable (Value) -> Endpoint
    ) {
        self.init(methods, pattern, valueCount: 1) { values in
            guard let value = Value.parse(values[0]) else { return nil }
            return endpoint(value)
        }
    }

    /// A route with two values in its path, in the order of the endpoint's parameters.
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
