import FoundationEssentials

/// The settings of functions in tests: secrets that grant no access, and the test run's own mail server.
package enum TestSettings {
    /// An environment with every setting but the database's; pools are passed directly.
    package static var environment: [String: String] {
        let secret = "1:" + String(repeating: "A", count: 43) + "="
        return [
            "DATABASE_URL": "postgres://unused@127.0.0.1:1/unused", "PUBLIC_URL": "http://localhost:8080",
            "STRIPE_API_KEY": "sk_test_0123456789", "STRIPE_API_BASE": "http://127.0.0.1:1",
            "STRIPE_WEBHOOK_SECRETS": "whsec_test_0123456789abcdef", "LICENSE_SECRETS": secret, "TOKEN_SECRETS": secret,
            "KEY_PEPPER": String(repeating: "A", count: 43) + "=",
            "SMTP_URL": ProcessInfo.processInfo.environment["TEST_SMTP_URL"] ?? "smtp://127.0.0.1:1",
            "MAIL_FROM": "Shop <orders@shop.example>", "MAIL_TEMPLATES": repositoryRoot + "/infra/mail",
            "TASKS_AUTH": "token:" + String(repeating: "t", count: 32),
        ]
    }
}
