/// One row of a `Router`: methods, a path pattern, and the endpoint that the values in the path make.
package struct Route<Endpoint: Sendable>: Sendable {
    let methods: [Method]
    let pattern: PathPattern
    /// The endpoint, unless a value of the path cannot be parsed.
    let endpoint: @Sendable (_ path: String, PathPattern.Values) -> Endpoint?

    /// A route without values in its path.
    package init(_ methods: Method..., at pattern: StaticString, to endpoint: Endpoint) {
        self.init(methods, pattern, valueCount: 0) { _, _ in endpoint }
    }

    /// A route with as many values in its path as `endpoint` has parameters, in their order.
    package init<First: PathParameter, each Other: PathParameter>(
        _ methods: Method..., at pattern: StaticString,
        to endpoint: @escaping @Sendable (First, repeat each Other) -> Endpoint
    ) {
        var valueCount = 1
        for _ in repeat (each Other).self { valueCount += 1 }
        self.init(methods, pattern, valueCount: valueCount) { path, values in
            var index = 0
            do throws(NoValue) {
                return try endpoint(
                    parse(First.self, path, values, &index), repeat parse((each Other).self, path, values, &index))
            } catch {
                return nil
            }
        }
    }

    private init(
        _ methods: [Method], _ pattern: StaticString, valueCount: Int,
        _ endpoint: @escaping @Sendable (String, PathPattern.Values) -> Endpoint?
    ) {
        self.methods = methods
        self.pattern = PathPattern(pattern.description)
        self.endpoint = endpoint
        precondition(self.pattern.valueCount == valueCount, "\(pattern) has not as many values as its endpoint takes")
    }
}

/// A segment that its type does not parse.
private struct NoValue: Error {}

private func parse<Value: PathParameter>(
    _: Value.Type, _ path: String, _ values: PathPattern.Values, _ index: inout Int
) throws(NoValue) -> Value {
    let range = values[index]
    index += 1
    let start = path.utf8.index(path.startIndex, offsetBy: range.lowerBound)
    let end = path.utf8.index(start, offsetBy: range.count)
    guard let value = Value.parse(PathSegment(encoded: path[start..<end])) else { throw NoValue() }
    return value
}
