// swift-tools-version: 6.2
// The map of Farthing's modules. Dependencies point one way only:
// shells → cores, Wire, Log, Operations → Pricing, Promotions, Models, Features → Domain.
// `./test` builds with `--explicit-target-dependency-import-check error`, so an
// import that this file does not declare is a build error.
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A Swift module in this package.
func module(_ name: String, path: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: strict)
}

func executable(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

/// A C library of the system, installed by `./run` and `./test`.
func system(_ name: String, path: String, apt: String) -> Target {
    .systemLibrary(name: name, path: path, providers: [.apt([apt])])
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "farthing",
    products: [
        .executable(name: "farthing-router", targets: ["farthing-router"]),
        .executable(name: "farthing-worker", targets: ["farthing-worker"]),
        .executable(name: "farthing", targets: ["farthing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C libraries
        system("CZeroMQ", path: "Sources/Wire/CZeroMQ", apt: "libzmq3-dev"),
        system("CSQLite", path: "Sources/Shared/CSQLite", apt: "libsqlite3-dev"),
        system("CSodium", path: "Sources/Shared/CSodium", apt: "libsodium-dev"),
        system("CNats", path: "Sources/Shared/CNats", apt: "libnats-dev"),
        system("CXGBoost", path: "Sources/Learning/CXGBoost", apt: "libxgboost-dev"),
        system("CZlib", path: "Sources/Learning/CZlib", apt: "zlib1g-dev"),
        system("CProtobuf", path: "Sources/Wire/CProtobuf", apt: "libprotobuf-c-dev"),
        .target(name: "CPricing", dependencies: ["CProtobuf"], path: "Sources/Wire/CPricing"),

        // Vocabulary and pure cores
        module("Domain", path: "Sources/Shared/Domain"),
        module("Experiments", path: "Sources/Shared/Experiments", ["Domain"]),
        module("Features", path: "Sources/Shared/Features", ["Domain"]),
        module("Market", path: "Sources/Shared/Market", ["Domain"]),
        module("Models", path: "Sources/Shared/Models", ["Domain"]),
        module("Pricing", path: "Sources/Shared/Pricing", ["Domain"]),
        module("Profiles", path: "Sources/Shared/Profiles", ["Domain"]),
        module("Promotions", path: "Sources/Shared/Promotions", ["Domain"]),
        module("RouterCore", path: "Sources/Router/Core", ["Domain"]),
        module("ClientCore", path: "Sources/Wire/ClientCore", ["Domain"]),
        module("WorkerCore", path: "Sources/Worker/Core", ["Domain", "Features", "Models", "Pricing", "Promotions"]),

        // Boundaries
        module("Configuration", path: "Sources/Shared/Configuration", ["Domain", "Pricing", yams]),
        module("Log", path: "Sources/Shared/Log", ["Domain", "CSQLite"]),
        module("WorkerLog", path: "Sources/Worker/Log", ["Domain", "Log", "WorkerCore"]),
        module("JetStreamLog", path: "Sources/Shared/JetStream", ["Domain", "Log", "CNats"]),
        module("NatsServers", path: "Sources/Shared/NatsServers", ["Domain", "JetStreamLog"]),
        module("Operations", path: "Sources/Shared/Operations", ["Domain", "CSodium"]),
        module("ZeroMQ", path: "Sources/Wire/ZeroMQ", ["CZeroMQ"]),
        module("Wire", path: "Sources/Wire/Codec", ["Domain", "CPricing", "CProtobuf"]),
        module("Client", path: "Sources/Wire/Client", ["ClientCore", "Domain", "Operations", "Wire", "ZeroMQ"]),
        module(
            "Learning", path: "Sources/Learning",
            [
                "Domain", "Experiments", "Features", "Market", "Models", "Pricing", "Profiles", "Promotions",
                "CXGBoost",
                "CZlib",
            ],
            exclude: ["CXGBoost", "CZlib"]),

        module(
            "Chaos", path: "Sources/Chaos",
            [
                "Client", "Configuration", "Domain", "Features", "JetStreamLog", "Log", "Models", "NatsServers",
                "Operations", "Supervision", "Wire", yams,
            ]),

        // A whole cluster in one process, from one seed
        module(
            "Simulation", path: "Sources/Simulation",
            [
                "ClientCore", "Domain", "Features", "Log", "Models", "Pricing", "RouterCore", "WorkerCore", "WorkerLog",
            ]),

        // Shoppers whose every wish is known, to hold learning against
        module("World", path: "Sources/World", ["Domain", "Promotions"]),

        // Processes
        module("Supervision", path: "Sources/Supervision", ["Configuration", "Domain"]),
        module(
            "RouterShell", path: "Sources/Router/Shell",
            ["Domain", "Configuration", "Operations", "RouterCore", "Wire", "ZeroMQ"]),
        module(
            "WorkerShell", path: "Sources/Worker/Shell",
            [
                "Domain", "Configuration", "Features", "JetStreamLog", "Log", "Models", "Operations", "Pricing", "Wire",
                "WorkerCore",
                "WorkerLog", "ZeroMQ",
            ]),
        executable(
            "farthing-router", path: "Sources/Router/Main",
            ["Configuration", "Domain", "Operations", "RouterShell", argumentParser]),
        executable(
            "farthing-worker", path: "Sources/Worker/Main",
            ["Configuration", "Domain", "Operations", "WorkerShell", argumentParser]),
        executable(
            "farthing", path: "Sources/Farthing",
            [
                "Chaos", "Client", "ClientCore", "Configuration", "Domain", "Experiments", "Features", "JetStreamLog",
                "Learning", "Log", "Market", "Models", "NatsServers", "Operations", "Pricing", "Profiles", "Promotions",
                "Simulation",
                "Supervision", "Wire",
                "WorkerCore", "WorkerLog", "World", "ZeroMQ", argumentParser, yams,
            ]),

        // Tests
        module("TestSupport", path: "Tests/TestSupport", ["Domain"]),
        tests("DomainTests", ["Domain", "TestSupport"]),
        tests("PricingTests", ["Domain", "Pricing", "Promotions"]),
        tests("PromotionsTests", ["Domain", "Promotions"]),
        tests("RouterTests", ["Domain", "RouterCore", "TestSupport"]),
        tests(
            "CoreTests",
            ["Domain", "Features", "Log", "Models", "Pricing", "TestSupport", "WorkerCore", "WorkerLog"]),
        tests("ProfilesTests", ["Domain", "Profiles"]),
        tests("ExperimentsTests", ["Domain", "Experiments"]),
        tests("FeaturesTests", ["Domain", "Features"]),
        tests("ModelsTests", ["Domain", "Models"]),
        tests(
            "LearningTests",
            [
                "Domain", "Experiments", "Features", "Learning", "Market", "Models", "Pricing", "Profiles",
                "Promotions", "World",
            ]),
        tests("MarketTests", ["Domain", "Market"]),
        module("LogConformance", path: "Tests/LogConformance", ["Domain", "Log"]),
        tests("LogTests", ["Domain", "Log", "LogConformance", "CSQLite"]),
        tests("JetStreamTests", ["Domain", "JetStreamLog", "Log", "LogConformance", "NatsServers", "CNats"]),
        tests("ConfigurationTests", ["Configuration"]),
        tests(
            "ChaosTests",
            ["Chaos", "Configuration", "Domain", "Operations", "farthing", "farthing-router", "farthing-worker"]),
        tests("SimulationTests", ["Domain", "Log", "Simulation", "WorkerCore"]),
        tests("OperationsTests", ["Operations"]),
        tests("SupervisionTests", ["Configuration", "Domain", "Supervision"]),
        tests("WireTests", ["Domain", "Wire"], exclude: ["Vectors"]),
        tests("WorldTests", ["Domain", "Pricing", "Promotions", "World"]),
        tests("ZeroMQTests", ["ZeroMQ"]),
        tests(
            "ClientTests", ["Client", "ClientCore", "Domain", "Operations", "TestSupport", "Wire", "ZeroMQ"]),
        tests(
            "ClusterTests",
            [
                "Client", "Configuration", "Domain", "Features", "JetStreamLog", "Learning", "Log", "LogConformance",
                "Models", "NatsServers", "TestSupport", "farthing", "farthing-router", "farthing-worker",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
