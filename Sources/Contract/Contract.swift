import CContract

/// The contract that the service keeps, as clients can read it.
public enum Contract {
    /// The text of `openapi.yaml`, UTF-8.
    public static var document: [UInt8] {
        Array(UnsafeBufferPointer(start: espalier_contract(), count: espalier_contract_size()))
    }
}
