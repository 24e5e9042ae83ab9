import Synchronization

/// What the requests of one daemon share; the context of its callbacks.
final class DaemonCore: Sendable {
    let configuration: HTTPDaemonConfiguration
    let route: @Sendable (HTTPRequestHead) -> RequestDecision
    let connections: OpenConnections
    let pool: BackgroundPool
    let heavyPool: BackgroundPool
    let lingering: LingeringClose
    let deadlines: Deadlines
    let traffic = Monitor(Traffic())
    /// The certificate of connections that are opened from now on; nil where there is no TLS.
    let certificate: Mutex<TLSCertificate?>
    /// Set once, before `Traffic` drains: answers close their connections.
    let isDraining = Atomic(false)
    let liveStreams = Atomic(0)

    init(
        configuration: HTTPDaemonConfiguration, route: @escaping @Sendable (HTTPRequestHead) -> RequestDecision
    ) throws(SystemError) {
        self.configuration = configuration
        self.route = route
        certificate = Mutex(configuration.certificate)
        connections = OpenConnections(threads: configuration.threads, limits: configuration.limits)
        lingering = LingeringClose(most: 256, budget: configuration.dropLimit)
        pool = try BackgroundPool(threads: configuration.backgroundThreads)
        do throws(SystemError) {
            heavyPool = try BackgroundPool(threads: configuration.heavyThreads)
        } catch {
            pool.close()
            throw error
        }
        do throws(SystemError) {
            deadlines = try Deadlines()
        } catch {
            pool.close()
            heavyPool.close()
            throw error
        }
    }

    /// What a client is told past libmicrohttpd; nil under TLS, where only the session's owner can write.
    func refusal(_ fault: RequestFault) -> Refusal? {
        configuration.certificate == nil ? Refusal(configuration.fault(fault, nil)) : nil
    }

    /// Ends the threads; those of the pools after the handlers they run.
    func close() {
        pool.close()
        heavyPool.close()
        deadlines.close()
        lingering.close()
    }
}
