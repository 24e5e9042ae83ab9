import Foundation
import Metrics
import Testing

@Suite struct InstrumentTests {
    @Test func nothingIsLostWhenManyThreadsCount() {
        let (counter, histogram, table) = (Counter(), Histogram([0.001, 1]), CounterTable(3))
        DispatchQueue.concurrentPerform(iterations: 8) { number in
            for step in 0..<10_000 {
                counter.add(2)
                histogram.observe(nanoseconds: step % 2 == 0 ? 1_000_000 : 2_000_000_000)
                table.add(at: number % 3)
            }
        }
        #expect(counter.value == 160_000)
        let reading = histogram.reading
        #expect(reading.counts == [40_000, 40_000, 80_000])
        #expect(abs(reading.sum - (40_000 * 0.001 + 40_000 * 2)) < 1e-6)
        #expect((0..<3).map { table[$0] } == [30_000, 30_000, 20_000])
    }

    @Test func aFileSystemThatIsLargerThanAnyNumberIsFullOfRoom() {
        #expect(DiskMetrics.bytes(1 << 60, of: 4096) == .max)
        #expect(DiskMetrics.bytes(.max, of: 1) == .max)
        #expect(DiskMetrics.bytes(3, of: 4096) == 12_288)
    }

    @Test func aDurationBelongsToTheFirstBoundThatIsNotBelowIt() {
        let histogram = Histogram([0.001, 0.01])
        for nanoseconds: UInt64 in [0, 1_000_000, 1_000_001, 10_000_000, 10_000_001] {
            histogram.observe(nanoseconds: nanoseconds)
        }
        #expect(histogram.reading.counts == [2, 4, 5])
        #expect(histogram.reading.bounds == [0.001, 0.01])
        histogram.observe(.milliseconds(5))
        #expect(histogram.reading.counts == [2, 5, 6])
    }
}

@Suite struct MetricsTextTests {
    @Test func familiesAreWrittenAsPrometheusReadsThem() {
        let histogram = Histogram([0.5, 2])
        histogram.observe(.seconds(1))
        var text = MetricsText()
        text.single("a_total", .counter, "All of it.", 3)
        text.family("b", .gauge, "Each.")
        text.sample(0.25, [("name", "say \"no\"\\\n")])
        text.sample(-Double.infinity, [("x", "1"), ("y", "2")])
        text.single("c_seconds", "Took.", histogram.reading)
        let expected = """
            # HELP a_total All of it.
            # TYPE a_total counter
            a_total 3
            # HELP b Each.
            # TYPE b gauge
            b{name="say \\"no\\"\\\\\\n"} 0.25
            b{x="1",y="2"} -Inf
            # HELP c_seconds Took.
            # TYPE c_seconds histogram
            c_seconds_bucket{le="0.5"} 0
            c_seconds_bucket{le="2"} 1
            c_seconds_bucket{le="+Inf"} 1
            c_seconds_sum 1
            c_seconds_count 1

            """
        #expect(String(decoding: text.bytes, as: UTF8.self) == expected)
    }

    @Test func aRegistryWritesAllSourcesInTheirOrder() {
        let registry = MetricsRegistry()
        registry.register { $0.single("one", .gauge, "1.", 1) }
        registry.register { $0.single("two", .gauge, "2.", 2) }
        let text = String(decoding: registry.text(), as: UTF8.self)
        #expect(text.contains("one 1\n") && text.hasSuffix("two 2\n"))
    }

    @Test func theProcessIsDescribed() throws {
        var text = MetricsText()
        ProcessMetrics.write(to: &text)
        DiskMetrics.write(of: NSTemporaryDirectory(), to: &text)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        for name in [
            "process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
            "process_open_fds", "process_max_fds", "process_start_time_seconds", "espalier_disk_free_bytes",
            "espalier_disk_size_bytes",
        ] {
            let line = try #require(lines.first { $0.hasPrefix(name + " ") }, "\(name)")
            #expect(try #require(Double(line.dropFirst(name.count + 1))) > 0, "\(name)")
        }
    }
}
