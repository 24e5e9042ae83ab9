import CGnuTLS
import CMicroHTTPD
import Glibc

/// The owner of a server's certificate chain and private key, ready for TLS sessions. A session keeps the one that it began
/// with.
///
/// @unchecked: GnuTLS only reads credentials once they are made, from any thread.
public final class TLSCertificate: @unchecked Sendable {
    private let credentials: gnutls_certificate_credentials_t
    let chain: String
    let key: String

    /// Reads a certificate, with those that lead to a known one after it, and its private key. Both files are in PEM.
    /// - Throws: `TLSError` where one of them cannot be read, or the key is not the certificate's.
    public init(certificateFile: String, keyFile: String) throws(TLSError) {
        let chain = try Self.read(certificateFile)
        let key = try Self.read(keyFile)
        var made: gnutls_certificate_credentials_t?
        guard gnutls_certificate_allocate_credentials(&made) == GNUTLS_E_SUCCESS, let made else { throw .noMemory }
        let code = Self.withDatum(chain) { chain in
            Self.withDatum(key) { gnutls_certificate_set_x509_key_mem(made, chain, $0, GNUTLS_X509_FMT_PEM) }
        }
        guard code >= 0 else {
            gnutls_certificate_free_credentials(made)
            if code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH {
                throw .notThisKey(certificateFile: certificateFile, keyFile: keyFile)
            }
            throw .unusable(
                certificateFile: certificateFile, keyFile: keyFile, reason: String(cString: gnutls_strerror(code)))
        }
        credentials = made
        self.chain = chain
        self.key = key
    }

    deinit {
        gnutls_certificate_free_credentials(credentials)
    }

    /// Makes the connection's session use it. Called before the session begins; whoever has the connection keeps this until
    /// the session is gone.
    func install(in connection: OpaquePointer) {
        guard let session = espalier_mhd_tls_session(connection) else { return }
        gnutls_credentials_set(OpaquePointer(session), GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
    }

    private static func withDatum<Result>(
        _ text: String, _ body: (UnsafePointer<gnutls_datum_t>) -> Result
    ) -> Result {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBufferPointer { bytes in
            var datum = gnutls_datum_t(data: bytes.baseAddress, size: UInt32(bytes.count))
            return body(&datum)
        }
    }

    private static func read(_ path: String) throws(TLSError) -> String {
        let descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw .unreadable(SystemError(call: "open", path: path)) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: largest + 1)
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeMutableBytes { buffer in
                retryingInterrupted { Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count) }
            }
            guard step >= 0 else { throw .unreadable(SystemError(call: "read", path: path)) }
            if step == 0 { break }
            count += step
        }
        guard count <= largest else { throw .unreadable(SystemError(call: "read", path: path, code: EFBIG)) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static let largest = 1 << 20
}

/// Why a certificate cannot be used.
public enum TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadable(SystemError)
    case notThisKey(certificateFile: String, keyFile: String)
    case unusable(certificateFile: String, keyFile: String, reason: String)
    case noMemory

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .notThisKey(let certificate, let key): "the key in \(key) is not that of the certificate in \(certificate)"
        case .unusable(let certificate, let key, let reason): "certificate \(certificate), key \(key): \(reason)"
        case .noMemory: "there is no memory for a certificate"
        }
    }
}
