// swift-tools-version: 6.3
import PackageDescription

/// The settings of every target: the strictest the compiler knows, and no warning passes.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A C library that Debian provides: a module map and a shim header, nothing of ours.
func system(_ name: String, pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// One shared module and its tests.
func shared(
    _ name: String, uses modules: [Target.Dependency] = [], testing extra: [Target.Dependency] = []
) -> [Target] {
    [
        .target(name: name, dependencies: modules, path: "Shared/\(name)", swiftSettings: strict),
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name)] + modules.filter { !isSystem($0) } + extra,
            path: "Tests/\(name)Tests", swiftSettings: strict),
    ]
}

/// One endpoint, executable and tests, which links only what it names.
func function(_ name: String, uses modules: [Target.Dependency], testing extra: [Target.Dependency] = []) -> [Target] {
    [
        .executableTarget(name: name, dependencies: modules, path: "Functions/\(name)", swiftSettings: strict),
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name), "Support"] + modules + extra,
            path: "Tests/\(name)Tests",
            swiftSettings: strict),
    ]
}

/// A C module has one importer, so no test may link it.
func isSystem(_ dependency: Target.Dependency) -> Bool {
    guard case .byNameItem(let name, _) = dependency else { return false }
    return ["CUV", "CLLHTTP", "CYYJSON", "CPostgres", "CCurl", "CCrypto"].contains(name)
}

let sandboxModules: [Target.Dependency] = [
    "Crypto", "EventLoop", "HTTP", "Kernel", "Log", "Outbound", "Server", "Settings",
]
/// The stand-in for Stripe and Cloud Storage, and its own tests; no function depends on it.
let sandbox: [Target] = [
    .executableTarget(
        name: "Sandbox", dependencies: sandboxModules, path: "Tests/Sandbox",
        resources: [.embedInCode("Resources/pay.css"), .embedInCode("Resources/templates.json")],
        swiftSettings: strict),
    .testTarget(
        name: "SandboxTests", dependencies: ["Sandbox", "Support"] + sandboxModules, path: "Tests/SandboxTests",
        swiftSettings: strict),
]

/// What the fuzzer calls, and the replay of the inputs it found.
let fuzzing: [Target] = [
    .target(
        name: "FuzzTargets", dependencies: ["Crypto", "HTTP", "JSON", "Kernel", "Mail", "Stripe", "Tokens"],
        path: "Tests/Fuzz/Targets", swiftSettings: strict),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/FuzzTests", swiftSettings: strict),
]

let targets: [[Target]] = [
    [
        system("CUV", pkgConfig: "libuv", apt: "libuv1-dev"),
        system("CLLHTTP", pkgConfig: "libllhttp", apt: "libllhttp-dev"),
        system("CYYJSON", pkgConfig: "yyjson", apt: "libyyjson-dev"),
        system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        .target(
            name: "Support",
            dependencies: ["Commerce", "EventLoop", "Kernel", "Log", "Postgres", "RateLimits", "Records"],
            path: "Tests/Support", exclude: ["Servers"],
            swiftSettings: strict),
    ],

    // Values: no input, no output.
    shared("Kernel"),
    shared("JSON", uses: ["CYYJSON"]),
    shared("Log", uses: ["Kernel"]),
    shared("Settings", uses: ["Kernel"]),
    shared("HTTP", uses: ["JSON", "Kernel"]),
    shared("Crypto", uses: ["Kernel", "CCrypto"]),
    shared("Tokens", uses: ["Crypto", "Kernel", "Settings"]),
    shared("Identity", uses: ["Crypto", "JSON", "Kernel"], testing: ["Support"]),
    shared("Stripe", uses: ["Crypto", "HTTP", "JSON", "Kernel"]),
    shared("Storage", uses: ["Crypto", "HTTP", "JSON", "Kernel", "Settings"]),
    shared("RateLimits", uses: ["Crypto", "HTTP", "Kernel", "Settings"]),
    shared("Mail", uses: ["Kernel"]),
    shared("Commerce", uses: ["Kernel"]),
    shared("Pages", uses: ["HTTP", "Kernel"], testing: ["Support"]),

    // Input and output for programs that may wait: a command, or a worker thread of the loop.
    shared("Files"),

    // Input and output, on the one loop.
    shared("EventLoop", uses: ["CUV"], testing: ["Support"]),
    shared("Postgres", uses: ["CPostgres", "EventLoop", "Kernel", "Log", "Settings"], testing: ["Support"]),
    shared(
        "Server", uses: ["CLLHTTP", "EventLoop", "Files", "HTTP", "Kernel", "Log", "Settings"], testing: ["Support"]),
    shared("Outbound", uses: ["CCurl", "EventLoop", "HTTP", "Kernel"], testing: ["Support"]),

    // What the functions share.
    shared(
        "Records", uses: ["Commerce", "EventLoop", "Kernel", "Log", "Postgres", "RateLimits"], testing: ["Support"]),
    shared("Audit", uses: ["Crypto", "EventLoop", "Kernel", "Log", "Postgres", "Records"], testing: ["Support"]),
    shared(
        "Tasks", uses: ["Crypto", "EventLoop", "HTTP", "Identity", "Kernel", "Log", "Outbound", "Settings"],
        testing: ["Server", "Support"]),
    shared(
        "Payments", uses: ["EventLoop", "HTTP", "Kernel", "Outbound", "Settings", "Stripe"],
        testing: ["Log", "Server", "Support"]),
    shared(
        "Cloud", uses: ["EventLoop", "HTTP", "Kernel", "Outbound", "Settings", "Storage"],
        testing: ["Crypto", "Log", "Server", "Support"]),
    shared(
        "Outbox",
        uses: [
            "Commerce", "EventLoop", "Files", "Kernel", "Log", "Mail", "Outbound", "Postgres", "Records", "Settings",
            "Tokens",
        ], testing: ["Support"]),
    shared(
        "Fulfilment",
        uses: [
            "Commerce", "Crypto", "EventLoop", "JSON", "Kernel", "Log", "Outbox", "Payments", "Postgres", "Records",
            "Stripe", "Tokens",
        ], testing: ["Outbound", "Support"]),
    shared(
        "Reconciliation",
        uses: [
            "Commerce", "EventLoop", "Fulfilment", "JSON", "Kernel", "Log", "Payments", "Postgres", "Records", "Stripe",
        ], testing: ["Support"]),

    // The functions: one executable each.
    function(
        "Checkout",
        uses: [
            "EventLoop", "HTTP", "JSON", "Kernel", "Log", "Pages", "Payments", "Postgres", "RateLimits", "Records",
            "Server", "Settings", "Stripe",
        ], testing: ["Outbound"]),
    function(
        "Download",
        uses: [
            "Cloud", "Commerce", "Crypto", "EventLoop", "Files", "HTTP", "Kernel", "Log", "Pages", "Postgres",
            "RateLimits", "Records", "Server", "Settings", "Storage", "Tokens",
        ], testing: ["Outbound"]),
    function(
        "EmailRetry",
        uses: [
            "EventLoop", "HTTP", "Kernel", "Log", "Outbox", "Postgres", "Records", "Server", "Settings", "Stripe",
            "Tasks",
            "Tokens",
        ]),
    function(
        "Orders",
        uses: [
            "Commerce", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Log", "Outbox", "Pages", "Payments",
            "Postgres", "RateLimits", "Records", "Server", "Settings", "Stripe", "Tokens",
        ]),
    function(
        "Reconcile",
        uses: [
            "Audit", "EventLoop", "Fulfilment", "HTTP", "Kernel", "Log", "Outbox", "Payments", "Postgres",
            "Reconciliation", "Records", "Server", "Settings", "Stripe", "Tasks", "Tokens",
        ], testing: ["Commerce", "Outbound"]),
    function(
        "Webhook",
        uses: [
            "Commerce", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Log", "Outbox", "Payments", "Postgres",
            "RateLimits", "Records", "Server", "Settings", "Stripe", "Tokens",
        ], testing: ["Outbound"]),

    // The seller's command line.
    function(
        "Operator",
        uses: [
            "Audit", "Cloud", "Commerce", "Crypto", "EventLoop", "Files", "Fulfilment", "HTTP", "JSON", "Kernel", "Log",
            "Mail",
            "Outbound", "Outbox", "Payments", "Postgres", "RateLimits", "Reconciliation", "Records", "Server",
            "Settings", "Storage", "Stripe", "Tasks", "Tokens",
        ]),
    sandbox,
    fuzzing,
]

let package = Package(
    name: "latchkey",
    products: [
        .executable(name: "checkout", targets: ["Checkout"]),
        .executable(name: "download", targets: ["Download"]),
        .executable(name: "email-retry", targets: ["EmailRetry"]),
        .executable(name: "latchkey", targets: ["Operator"]),
        .executable(name: "orders", targets: ["Orders"]),
        .executable(name: "reconcile", targets: ["Reconcile"]),
        .executable(name: "sandbox", targets: ["Sandbox"]),
        .executable(name: "webhook", targets: ["Webhook"]),
    ],
    targets: targets.flatMap { $0 },
    swiftLanguageModes: [.v6]
)

// The fuzzer itself, which no ordinary build could link. `Tests/Fuzz/run` sets the variable, for a build of its own in
// which libFuzzer sees every branch and AddressSanitizer every access.
if Context.environment["LATCHKEY_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzzer", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Driver", swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]),
    ]
    for target in package.targets where target.type != .system {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer,address"]))
    }
}
