import Audit
import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Who may do what to the audit log", .freshDatabase)
struct AuditRoleTests {
    @Test("a function that writes entries does so, and does not choose their numbers")
    func writers() async throws {
        try await withSampleLog { log in
            let writers = try await log.roles(
                "SELECT rolname FROM pg_roles WHERE has_column_privilege(oid, 'audit_log', 'action', 'INSERT') AND rolname !~ '^pg_' AND NOT rolsuper"
            )
            #expect(Set(writers).isSuperset(of: ["latchkey_orders", "latchkey_webhook"]))
            for role in writers {
                try await log.withConnection(as: role) { connection throws(PostgresFault) in
                    _ = try await connection.run(AuditStatements.record(.sample("order.refunded")))
                }
            }
            let free = try await log.roles(
                "SELECT rolname FROM pg_roles WHERE has_column_privilege(oid, 'audit_log', 'id', 'INSERT') AND rolname !~ '^pg_' AND NOT rolsuper"
            )
            #expect(free == [])
            try await log.seal()
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.sealedRows == Int64(writers.count))
        }
    }

    @Test(
        "no function changes, removes or empties the log or its seals, or makes a seal by hand",
        arguments: [
            "UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log",
            "UPDATE audit_seals SET hash = hash", "DELETE FROM audit_seals", "TRUNCATE audit_seals",
            "INSERT INTO audit_seals SELECT * FROM audit_seals",
            "SELECT nextval('audit_log_id_seq')", "SELECT setval('audit_log_id_seq', 1)",
            "ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only", "DROP TABLE audit_seals",
            "SET session_replication_role TO replica", "BEGIN; LOCK TABLE audit_log IN SHARE MODE",
            "CREATE OR REPLACE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        ])
    func refused(statement: String) async throws {
        try await withSampleLog { log in
            for role in try await log.roles("SELECT rolname FROM pg_roles WHERE rolname LIKE 'latchkey\\_%'") {
                let fault = await #expect(throws: PostgresFault.self) {
                    try await log.withConnection(as: role) { connection throws(PostgresFault) in
                        try await connection.execute(script: statement)
                    }
                }
                #expect(fault?.state == "42501", "\(role): \(statement)")
            }
        }
    }

    @Test("the scheduled step's role seals, and no other function's does")
    func sealers() async throws {
        try await withSampleLog { log in
            try await log.write(1)
            let sealers = try await log.roles(
                "SELECT rolname FROM pg_roles WHERE has_function_privilege(oid, 'audit_seal(int)', 'EXECUTE') AND rolname !~ '^pg_' AND NOT rolsuper"
            )
            #expect(sealers == ["latchkey_reconcile"])
            let seal = try await log.withConnection(as: "latchkey_reconcile") { connection throws(PostgresFault) in
                try await connection.run(AuditStatements.seal())
            }
            #expect(seal?.rowCount == 1)
        }
    }

    @Test("tables and functions that a caller puts in front are not the ones that are sealed with")
    func searchPath() async throws {
        try await withSampleLog { log in
            try await log.write(2)
            try await log.execute(
                """
                CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO latchkey_reconcile;
                CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', 32), 'hex') $$;
                -- No role may make temporary tables; this one may here.
                DO $$ BEGIN
                    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO latchkey_reconcile', current_database());
                END $$
                """)
            let seal = try await log.withConnection(as: "latchkey_reconcile") { connection throws(PostgresFault) in
                try await connection.execute(
                    script: """
                        CREATE TEMP TABLE audit_log (id bigint, at timestamptz, actor text);
                        CREATE TEMP TABLE audit_seals (x int);
                        SET search_path TO pg_temp, evil, pg_catalog, public
                        """)
                return try await connection.run(AuditStatements.seal())
            }
            #expect(seal?.rowCount == 2)
            let report = try await log.verify()
            #expect(report.faults == [])
        }
    }

    @Test("a schema whose owner is no superuser is sealed all the same")
    func plainOwner() async throws {
        try await withSampleLog { log in
            let owner = "plain_owner_\(UInt64.random(in: .min ... .max))"
            try await log.execute(
                """
                CREATE ROLE \(owner);
                ALTER TABLE audit_log OWNER TO \(owner); ALTER TABLE audit_seals OWNER TO \(owner);
                ALTER FUNCTION audit_seal OWNER TO \(owner)
                """)
            try await log.write(2)
            let seal = try await log.withConnection(as: "latchkey_reconcile") { connection throws(PostgresFault) in
                try await connection.run(AuditStatements.seal())
            }
            #expect(seal?.rowCount == 2)
            for statement in ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_seals", "TRUNCATE audit_log"] {
                let fault = await #expect(throws: PostgresFault.self) {
                    try await log.withConnection(as: owner) { connection throws(PostgresFault) in
                        try await connection.execute(script: statement)
                    }
                }
                #expect(fault?.state == "42501", "\(statement)")
            }
            let report = try await log.withConnection(as: owner) { connection throws(PostgresFault) in
                try await AuditVerification(connection)()
            }
            #expect(report.faults == [])
            try await log.execute("REASSIGN OWNED BY \(owner) TO CURRENT_USER; DROP ROLE \(owner)")
        }
    }
}

extension SampleLog {
    /// The names that a statement answers.
    fileprivate func roles(_ sql: SQL) async throws -> [String] {
        try await pool.run(Statement<[String]>.rows(sql) { row throws(PostgresFault) in try row.text(0) }).sorted()
    }
}
