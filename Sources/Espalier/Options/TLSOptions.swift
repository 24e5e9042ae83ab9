import ArgumentParser
import HTTPDaemon

/// Encryption.
struct TLSOptions: ParsableArguments {
    @Option(help: "Certificate for TLS in PEM, with its chain; read again on SIGHUP. Needs --tls-key.")
    var tlsCert: String?

    @Option(help: "Private key of the certificate in PEM; read again on SIGHUP. Needs --tls-cert.")
    var tlsKey: String?

    private var certificateFile: String? { tlsCert ?? Environment.text("TLS_CERT") }
    private var keyFile: String? { tlsKey ?? Environment.text("TLS_KEY") }

    /// Reads the certificate; nil where there is to be no TLS.
    /// - Throws: `TLSError`.
    func certificate() throws -> TLSCertificate? {
        guard let certificateFile, let keyFile else { return nil }
        return try TLSCertificate(certificateFile: certificateFile, keyFile: keyFile)
    }

    func validate() throws {
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ValidationError("--tls-cert and --tls-key must be given together.")
        }
    }
}
