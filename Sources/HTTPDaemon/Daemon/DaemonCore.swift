import Synchronization

/// What the requests of one daemon share; the context of its callbacks.
final class DaemonCore: Sendable {
    let configuration: HTTPDaemonConfiguration
    let route: @Sendable (HTTPRequestHead) -> RequestDecision
    let pool: BackgroundPool
    let heavyPool: BackgroundPool
    let connections: OpenConnections
    let lingering: LingeringClose
    let halfClosed: HalfClosedWatch
    let deadlines: Deadlines
    let traffic = Monitor(Traffic())
    /// Set once, before `Traffic` drains: new requests are refused, answers close their connections.
    let isDraining = Atomic(false)
    let liveStreams = Atomic(0)

    init(
        configuration: HTTPDaemonConfiguration, route: @escaping @Sendable (HTTPRequestHead) -> RequestDecision
    ) throws(SystemError) {
        self.configuration = configuration
        self.route = route
        connections = OpenConnections(
            threads: configuration.threads, limit: configuration.connectionLimit)
        lingering = LingeringClose(budget: configuration.dropLimit)
        pool = try BackgroundPool(threads: configuration.backgroundThreads)
        do throws(SystemError) {
            heavyPool = try BackgroundPool(threads: configuration.heavyThreads)
        } catch {
            pool.close()
            throw error
        }
        do throws(SystemError) {
            halfClosed = try HalfClosedWatch()
        } catch {
            pool.close()
            heavyPool.close()
            throw error
        }
        do throws(SystemError) {
            deadlines = try Deadlines()
        } catch {
            pool.close()
            heavyPool.close()
            halfClosed.close()
            throw error
        }
    }

    /// Ends the threads; those of the pools after the handlers they run.
    func close() {
        pool.close()
        heavyPool.close()
        halfClosed.close()
        deadlines.close()
        lingering.close()
    }
}
