/// Statements about the server and about transactions.
package enum ServerStatements {
    /// The server's version as a number, such as 150020, and as text.
    package static let version = Statement<(Int64, String)>.row(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version')"
    ) { row throws(PostgresFault) in (try row.integer(0), try row.text(1)) }

    /// Makes the transaction read-only with a single snapshot; must be its first statement.
    package static let readOnlySnapshot = Statement<Int>.affected(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
}
