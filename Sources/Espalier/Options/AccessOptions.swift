import ArgumentParser

/// Who is let in.
struct AccessOptions: ParsableArguments {
    @Flag(
        help:
            "Let everybody in who can reach the server, although it has no API keys and the address is not this machine's alone."
    )
    var insecure: Bool = Environment.flag("INSECURE")
}
