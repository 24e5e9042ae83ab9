import Testing
import TrainingAPI

struct AcceptedCodingsTests {
    @Test(arguments: [
        ["gzip"], ["GZIP"], ["x-gzip"], ["*"], ["gzip, deflate, br"], ["br;q=1.0, gzip;q=0.8, *;q=0.1"],
        ["deflate", "gzip"],
        ["gzip;q=0.001"], ["gzip;Q=1"], ["gzip ; q=0.5"], [" gzip"], ["identity;q=0.5, gzip;q=0.5"],
        ["identity;q=0, gzip"], ["gzip;q=0.5, *;q=0"], [",,gzip,"], ["gzip;q=1."], ["nonsense;;, gzip"], ["*;q=0.5"],
    ])
    func gzipIsTakenWhereItIsWelcome(values: [String]) {
        #expect(AcceptedCodings(values).prefersGzip)
    }

    @Test(arguments: [
        [], [""], [" "], ["identity"], ["deflate"], ["br, zstd"], ["gzip;q=0"], ["gzip;q=0.000"], ["gzip;q=0, *"],
        ["*;q=0"], ["identity, gzip;q=0.5"], ["gzip;q=2"], ["gzip;q=-1"], ["gzip;q="], ["gzip;q=x"], ["gzip;q=0x1"],
        ["gzip;q=1e0"], ["gzip;q=nan"], ["gzip;level=9"], ["gzip;q=1;q=0"], ["gzipped"], ["g zip"], ["gzip;q=1.00000"],
    ])
    func nothingElseIs(values: [String]) {
        #expect(!AcceptedCodings(values).prefersGzip)
    }

    @Test(
        arguments: [
            (["identity;q=0"], true), (["*;q=0"], true), (["gzip, *;q=0"], true), (["gzip"], false), ([], false),
            (["*;q=0, identity;q=0.1"], false), (["identity"], false), (["identity;q=0.5, *;q=0"], false),
        ] as [([String], Bool)])
    func bytesAsTheyAreAreRefusedOnlyInSoManyWords(values: [String], isRefused: Bool) {
        #expect(AcceptedCodings(values).refusesIdentity == isRefused)
    }
}
