import HTTPDaemon
import JSONDocument
import Perceptron

/// The weights document: a trained model that needs nothing beside it. A large one is written row by row while it is sent.
package struct WeightsDocument: Sendable {
    /// Names the form of the document; another form gets another name.
    static let format = "espalier-weights/1"
    /// Must rise with every change of the bytes that `layers` of the same network have.
    private static let edition = 1
    /// Numbers up to which the document is made as a whole.
    private static let smallNetwork = 1 << 14

    let network: TrainedNetwork
    /// The members after `layers`: a JSON object whose members are continued by `members`.
    let members: @Sendable (inout JSONWriter) -> Void

    package init(network: TrainedNetwork, members: @escaping @Sendable (inout JSONWriter) -> Void) {
        self.network = network
        self.members = members
    }

    /// The validator, for which the layers are not written.
    package var tag: EntityTag {
        var json = JSONWriter()
        json.object { members(&$0) }
        let layers = "\(WeightsDocument.format) \(WeightsDocument.edition) \(network.checksum)"
        return EntityTag(of: json.bytes + Array(layers.utf8))
    }

    /// The whole document as an answer's body; with an `index` its length is told at once.
    package func body(by index: WeightsIndex?) -> HTTPResponse.Body {
        if network.parameters.count + network.runningStatistics.count > WeightsDocument.smallNetwork {
            return .stream(index.map { stream(0..<$0.length, by: $0) } ?? stream)
        }
        var sections = WeightsSections(of: self, from: .start)
        var bytes: [UInt8] = []
        while true {
            let section = sections.next()
            if section.isEmpty { return .bytes(bytes) }
            bytes += section
        }
    }

    /// The whole document, written while it is sent.
    package var stream: ResponseStream {
        ResponseStream { reader(from: .start, skipping: 0, atMost: .max) }
    }

    /// The bytes `range` of the document, which must lie in it.
    package func stream(_ range: Range<Int>, by index: WeightsIndex) -> ResponseStream {
        ResponseStream(length: range.count) {
            let mark = index.mark(before: range.lowerBound)
            return reader(from: mark.place, skipping: range.lowerBound - mark.offset, atMost: range.count)
        }
    }

    private func reader(
        from place: WeightsSections.Place, skipping skipped: Int, atMost most: Int
    ) -> ResponseStream.Reader {
        var sections = WeightsSections(of: self, from: place)
        var ready: [UInt8] = []
        var sent = 0
        var (toSkip, left) = (skipped, most)
        return { buffer in
            if left == 0 { return .end }
            while sent == ready.count {
                ready = sections.next()
                if ready.isEmpty { return .end }
                sent = min(toSkip, ready.count)
                toSkip -= sent
            }
            let count = min(buffer.count, ready.count - sent, left)
            ready.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count]))
            }
            sent += count
            left -= count
            return .filled(count)
        }
    }
}
