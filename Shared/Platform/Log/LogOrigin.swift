import JSON
internal import Kernel

/// What every line of one process has in common, written once for all of them.
package struct LogOrigin: Sendable {
    /// The members `function` and `revision`, each with a comma in front.
    let members: [UInt8]
    /// The members by which Error Reporting takes up an error, each with a comma in front, up to its place.
    let errorMembers: [UInt8]
    /// The beginning of a trace's member, up to its ID.
    let traceStart: [UInt8]

    /// The origin of a function's lines.
    ///
    /// - Parameters:
    ///   - function: the function's own name.
    ///   - service: what the platform calls it; its own name where the platform says nothing.
    ///   - revision: what the platform calls the version that runs; empty where there is none.
    ///   - project: the Google Cloud project whose traces lines belong to, or empty.
    package init(_ function: String, service: String = "", revision: String = "", project: String = "") {
        var own = [("function", JSONValue.string(function))]
        var context = [("service", JSONValue.string(service.isEmpty ? function : service))]
        if !revision.isEmpty {
            own.append(("revision", .string(revision)))
            context.append(("version", .string(revision)))
        }
        members = LogOrigin.behindComma(own)
        errorMembers = LogOrigin.behindComma([
            ("@type", "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"),
            ("serviceContext", .object(context)),
        ])
        traceStart = Array(
            (#","logging.googleapis.com/trace":""# + (project.isEmpty ? "" : "projects/\(project)/traces/")).utf8)
    }

    private static func behindComma(_ members: [(String, JSONValue)]) -> [UInt8] {
        [UInt8(ascii: ",")] + JSONValue.object(members).utf8.dropFirst().dropLast()
    }
}

/// Where in the source a line is written, by which Error Reporting groups errors that have no stack.
package struct LogPlace: Sendable {
    let file: StaticString
    let line: Int
    let function: StaticString

    /// Takes what the compiler says of the caller.
    package init(file: StaticString, line: Int, function: StaticString) {
        self.file = file
        self.line = line
        self.function = function
    }

    /// The place in Error Reporting's words.
    ///
    /// Source: <https://cloud.google.com/error-reporting/reference/rest/v1beta1/ErrorContext>
    var document: JSONValue {
        .object([
            ("filePath", .string(file.description)), ("lineNumber", .integer(Int64(line))),
            ("functionName", .string(function.description)),
        ])
    }
}
