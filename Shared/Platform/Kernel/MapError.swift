/// Runs `body` in the caller's isolation and converts the error it throws with `transform`.
///
/// `body` is an autoclosure because Swift 6.3 infers the thrown type of an expression, not that of a closure. There is
/// no synchronous overload: inside a closure the compiler would prefer it. Synchronous code uses `do` and `catch`;
/// the thrown type is inferred there too.
@inlinable
package func mapError<Output, From: Error, To: Error>(
    _ transform: (From) -> To, _ body: @autoclosure () async throws(From) -> Output
) async throws(To) -> Output {
    do { return try await body() } catch { throw transform(error) }
}
