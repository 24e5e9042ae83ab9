/// The formats a chart can be drawn in.
public enum ImageFormat: String, CaseIterable, Sendable {
    /// Scalable Vector Graphics; text is drawn as outlines, so it looks the same without any font installed.
    case svg
    /// Portable Network Graphics, 8 bits a channel, opaque.
    case png
}
