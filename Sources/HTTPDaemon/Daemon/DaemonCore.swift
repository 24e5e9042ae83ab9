/// What the requests of one daemon share; the context of its callbacks.
final class DaemonCore: Sendable {
    let configuration: HTTPDaemonConfiguration
    let route: @Sendable (HTTPRequestHead) -> RequestDecision
    let pool: BackgroundPool
    let heavyPool: BackgroundPool
    let lingering: LingeringClose
    let traffic = Monitor(Traffic())

    init(
        configuration: HTTPDaemonConfiguration, route: @escaping @Sendable (HTTPRequestHead) -> RequestDecision
    ) throws(SystemError) {
        self.configuration = configuration
        self.route = route
        lingering = LingeringClose(budget: configuration.dropLimit)
        pool = try BackgroundPool(threads: configuration.backgroundThreads)
        do throws(SystemError) {
            heavyPool = try BackgroundPool(threads: configuration.heavyThreads)
        } catch {
            pool.close()
            throw error
        }
    }
}
