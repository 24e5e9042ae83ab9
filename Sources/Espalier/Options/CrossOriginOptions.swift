import ArgumentParser
import TrainingAPI

/// Which web pages may use the service.
struct CrossOriginOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Origin whose pages may use the service from a browser, such as https://a.example; * for all. May be repeated; in \
            the environment with commas between. None unless told.
            """, valueName: "origin"))
    var corsOrigin: [String] = Environment.list("CORS_ORIGIN")

    /// The policy; nil where no other origin may.
    func policy() throws(InvalidOrigin) -> CrossOriginPolicy? { try CrossOriginPolicy(origins: corsOrigin) }

    func validate() throws {
        do {
            _ = try policy()
        } catch {
            throw ValidationError("--cors-origin: \(error.description).")
        }
    }
}
