import JSON
import Kernel

extension Invocation {
    /// Writes the output of a command that changes something.
    ///
    /// - Parameter hasChanged: false if the command had no effect.
    func showChange(
        _ lines: [String], _ members: [(String, JSONValue)], hasChanged: Bool = true
    ) throws(CommandFault) {
        let rest = isDryRun && hasChanged ? ["a dry run: nothing was changed"] : []
        let changed: [(String, JSONValue)] = [
            ("changed", .bool(hasChanged && !isDryRun)), ("dry_run", .bool(isDryRun)),
        ]
        try console.show(lines + rest, .object(members + changed), asJSON: isJSON)
    }
}
