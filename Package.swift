// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "espalier",
    products: [.executable(name: "espalier", targets: ["Espalier"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    ],
    targets: [
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CShortestDecimal"),

        .target(name: "JSONDocument", dependencies: ["CSimdJSON", "CShortestDecimal"]),
        .target(name: "Metrics"),
        .target(name: "CFloatingPoint"),
        .target(name: "CKernels"),
        .target(name: "Perceptron", dependencies: ["CFloatingPoint", "CKernels"]),
        .target(name: "CNumberRuns"),
        .target(name: "Hashing", dependencies: ["CNettle"]),
        .target(
            name: "Datasets", dependencies: ["Perceptron", "JSONDocument", "Hashing", "Metrics", "CNumberRuns"]),
        .target(name: "CContract"),
        .target(name: "Contract", dependencies: ["CContract"]),
        .target(name: "Charts", dependencies: ["CCairo"]),
        .target(name: "Evaluation", dependencies: ["Perceptron"]),
        .target(name: "Diagnosis", dependencies: ["Evaluation", "Perceptron"]),
        .target(name: "Compression", dependencies: ["CZlib"]),
        .target(name: "HTTPDaemon", dependencies: ["CMicroHTTPD", "CGnuTLS"]),
        .target(name: "Access", dependencies: ["Hashing"]),
        .target(name: "Jobs", dependencies: ["Perceptron", "Datasets", "JSONDocument", "Hashing", "Metrics"]),
        .target(
            name: "SQLiteStore",
            dependencies: ["Jobs", "Access", "Metrics", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(
            name: "TrainingAPI",
            dependencies: [
                "HTTPDaemon", "Access", "Jobs", "Evaluation", "Diagnosis", "Datasets", "Perceptron", "Charts",
                "JSONDocument", "Hashing", "Contract", "Compression", "Metrics",
            ]),
        .target(
            name: "Maintenance",
            dependencies: [
                "SQLiteStore", "Access", "Jobs", "Datasets", "Perceptron", "JSONDocument", "Metrics", "Hashing",
            ]),
        .target(
            name: "OperatorLog",
            dependencies: ["HTTPDaemon", "Jobs", .product(name: "Logging", package: "swift-log")]),
        .executableTarget(
            name: "Espalier",
            dependencies: [
                "TrainingAPI", "SQLiteStore", "HTTPDaemon", "Access", "Jobs", "Datasets", "Perceptron", "OperatorLog",
                "Metrics", "Maintenance", "JSONDocument",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .testTarget(name: "PerceptronTests", dependencies: ["Perceptron", "CKernels"], exclude: ["Golden"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"]),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "Perceptron"]),
        .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis", "Evaluation", "Perceptron"]),
        .testTarget(name: "ChartsTests", dependencies: ["Charts"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
        .testTarget(name: "HTTPDaemonTests", dependencies: ["HTTPDaemon"]),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "Jobs", "SQLiteStore", "Datasets", "JSONDocument", "Perceptron",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Schemas"]),
        .testTarget(
            name: "TrainingAPITests",
            dependencies: [
                "TrainingAPI", "SQLiteStore", "HTTPDaemon", "Access", "Jobs", "Datasets", "JSONDocument", "Perceptron",
                "Charts",
            ]),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "SQLiteStore", "Jobs", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(
            name: "OperatorLogTests",
            dependencies: ["OperatorLog", "HTTPDaemon", "Jobs", "JSONDocument"]),
        .testTarget(name: "JSONDocumentTests", dependencies: ["JSONDocument"]),
        .testTarget(
            name: "DatasetsTests", dependencies: ["Datasets", "JSONDocument", "Perceptron", "CNumberRuns", "Hashing"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Scripts/sanitized.sh sets it: the archive with libFuzzer as a library. With the compiler's own -sanitize=fuzzer there would
// be two functions main.
if let libFuzzer = Context.environment["ESPALIER_FUZZING"] {
    // What is fuzzed, at the speed that finds something.
    let fuzzed = ["Datasets", "Hashing", "Jobs", "JSONDocument", "Perceptron"]
    for target in package.targets where fuzzed.contains(target.name) {
        target.swiftSettings = [.unsafeFlags(["-O"])]
    }
    package.targets += [
        .target(name: "CLibFuzzer", path: "Tests/Fuzzing/Sources/CLibFuzzer"),
        .executableTarget(
            name: "Fuzzing", dependencies: ["CLibFuzzer", "Jobs", "Datasets", "JSONDocument", "Perceptron"],
            path: "Tests/Fuzzing/Sources/Fuzzing", swiftSettings: [.unsafeFlags(["-O"])],
            linkerSettings: [.unsafeFlags([libFuzzer])]),
    ]
}

// "HTTPDaemonTests JobsTests": only these, since those of all modules take minutes to build.
if let names = Context.environment["ESPALIER_TESTS"]?.split(separator: " ").map(String.init) {
    package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
    // Only where it is asked for: its mistakes are for the sanitizers to find.
    if names.contains("PlantedFaultTests") {
        package.targets.append(.testTarget(name: "PlantedFaultTests", path: "Tests/Sanitizers/PlantedFaultTests"))
    }
}
