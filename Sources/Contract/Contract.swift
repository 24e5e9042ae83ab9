/// The contract that the service keeps, as clients can read it.
public enum Contract {
    /// The text of `openapi.yaml`, UTF-8.
    public static var document: [UInt8] { PackageResources.openapi_yaml }
}
