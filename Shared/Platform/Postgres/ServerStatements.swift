/// What is asked of the server itself, and of its transactions.
package enum ServerStatements {
    /// The server's version as a number, such as 150020, and as people write it.
    package static let version = Statement<(Int64, String)>.row(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version')"
    ) { row throws(PostgresFault) in (try row.integer(0), try row.text(1)) }

    /// Gives the reads of a transaction one snapshot, and makes writes impossible; for the transaction's start.
    package static let readOnlySnapshot = Statement<Int>.affected(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
}
