import Access
import Foundation
import Synchronization
import Testing

struct RateLimiterTests {
    private final class Clock: Sendable {
        private let time = Mutex(Duration.zero)
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
        var now: Duration { time.withLock { $0 } }
    }

    private let clock = Clock()
    private let key = RateLimiter.Client.key(.random())

    private func limiter(_ perSecond: Double, burst: Int, mostBuckets: Int = 100) -> RateLimiter {
        RateLimiter(RatePolicy(perSecond: perSecond, burst: burst), mostBuckets: mostBuckets) { [clock] in clock.now }
    }

    @Test func aBurstIsServedAndThenAsManyAsTheRateAllows() {
        let limiter = limiter(2, burst: 3)
        #expect((0..<5).map { _ in limiter.count(key).isAllowed } == [true, true, true, false, false])
        clock.advance(.milliseconds(499))
        #expect(!limiter.count(key).isAllowed)
        clock.advance(.milliseconds(1))
        #expect(limiter.count(key).isAllowed)
        #expect(!limiter.count(key).isAllowed)
        clock.advance(.seconds(3600))
        #expect((0..<4).map { _ in limiter.count(key).isAllowed } == [true, true, true, false])
    }

    @Test func overALongTimeTheRateIsKeptExactly() {
        let limiter = limiter(10, burst: 5)
        var served = 0
        for _ in 0..<10_000 {
            clock.advance(.milliseconds(7))
            if limiter.count(key).isAllowed { served += 1 }
        }
        #expect((700...705).contains(served), "70 seconds of 10, and the burst")
    }

    @Test func whatIsLeftIsTold() {
        let limiter = limiter(0.5, burst: 2)
        var balance = limiter.count(key)
        #expect(balance.isAllowed && balance.remaining == 1 && balance.secondsUntilFull == 2)
        balance = limiter.count(key)
        #expect(balance.isAllowed && balance.remaining == 0 && balance.secondsUntilFull == 4)
        balance = limiter.count(key)
        #expect(!balance.isAllowed && balance.remaining == 0 && balance.secondsUntilNext == 2)
        clock.advance(.milliseconds(1_500))
        balance = limiter.count(key)
        #expect(!balance.isAllowed && balance.secondsUntilNext == 1)
        #expect(limiter.policy.window == 4)
    }

    @Test func whoAsksAfterTheTimeThatWasToldIsServed() {
        for rate in [0.001, 0.3, 1, 7, 333.3, 100_000] {
            let limiter = limiter(rate, burst: 1)
            #expect(limiter.count(key).isAllowed)
            let balance = limiter.count(key)
            #expect(!balance.isAllowed)
            clock.advance(.seconds(balance.secondsUntilNext))
            #expect(limiter.count(key).isAllowed, "\(rate)")
        }
    }

    @Test func clientsAreCountedApart() {
        let limiter = limiter(1, burst: 1)
        #expect(limiter.count(key).isAllowed)
        for other in [
            RateLimiter.Client.key(.random()), network("192.0.2.1"), network("192.0.2.2"), network("2001:db8::1"),
        ] {
            #expect(limiter.count(other).isAllowed)
            #expect(!limiter.count(other).isAllowed)
        }
        #expect(!limiter.count(key).isAllowed)
    }

    @Test func anIPv6NetworkIsOneClient() {
        #expect(network("2001:db8:0:1::1") == network("2001:db8:0:1:ffff:1:2:3"))
        #expect(network("2001:db8:0:1::1") != network("2001:db8:0:2::1"))
        #expect(network("fe80::1%eth0") == network("fe80::2%eth0"))
        #expect(network("") == network("") && network("::1") != network("127.0.0.1"))
    }

    @Test func clientsThatAreForgottenHadNothingToLose() {
        let limiter = limiter(1, burst: 1, mostBuckets: 10)
        for place in 0..<5 { #expect(limiter.count(network("192.0.2.\(place)")).isAllowed) }
        clock.advance(.seconds(2))
        for place in 5..<9 { #expect(limiter.count(network("192.0.2.\(place)")).isAllowed) }
        // Room is made for the last of these, of those who could send again anyhow.
        for place in 9..<11 { #expect(limiter.count(network("192.0.2.\(place)")).isAllowed) }
        for place in 5..<11 { #expect(!limiter.count(network("192.0.2.\(place)")).isAllowed, "\(place)") }
    }

    @Test func manyThreadsGetNoMoreThanTheBurst() {
        let limiter = limiter(1, burst: 500)
        let served = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<200 where limiter.count(key).isAllowed { served.withLock { $0 += 1 } }
        }
        #expect(served.withLock { $0 } == 500)
    }

    private func network(_ address: String) -> RateLimiter.Client { .network(ClientNetwork(address: address)) }
}
