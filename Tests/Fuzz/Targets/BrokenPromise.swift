/// A promise that did not hold for some input: what a fuzzer looks for.
package struct BrokenPromise: Error, Equatable, CustomStringConvertible {
    /// The promise, and what was seen instead.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Breaks off unless `holds`.
func promise(_ holds: Bool, _ promise: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(promise()) }
}

/// Breaks off unless both are the same.
func promise<Value: Equatable>(
    _ seen: Value, is expected: Value, _ promise: @autoclosure () -> String
) throws(BrokenPromise) {
    guard seen == expected else { throw BrokenPromise("\(promise()): saw \(seen), expected \(expected)") }
}

/// Whether two texts are the same bytes; `==` also calls texts equal that only look the same.
func same(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool { left.utf8.elementsEqual(right.utf8) }
