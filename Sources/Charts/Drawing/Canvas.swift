import CCairo

/// A surface with a pen. Coordinates are pixels from the upper left corner, whatever the scale.
///
/// Cairo: "different threads may use different surfaces and contexts at the same time"; a canvas stays on one thread.
final class Canvas {
    private let surface: ImageSurface
    private let context: OpaquePointer

    /// A canvas of pixels, `scale` device pixels to one.
    init(pixelsWide width: Int, high height: Int, scale: Int) throws(ChartError) {
        surface = try ImageSurface(pixelsWide: width * scale, high: height * scale)
        context = try surface.makeContext()
        cairo_scale(context, Double(scale), Double(scale))
        prepareText()
    }

    /// A canvas of vectors.
    init(vectorsWide width: Int, high height: Int) throws(ChartError) {
        surface = try ImageSurface(vectorsWide: width, high: height)
        context = try surface.makeContext()
        prepareText()
    }

    deinit { cairo_destroy(context) }

    /// Without hinting text has the same width in every format and at every scale.
    private func prepareText() {
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    }

    func finishedPNG() throws(ChartError) -> [UInt8] {
        try check()
        return try surface.png()
    }

    func finishedSVG() throws(ChartError) -> [UInt8] {
        try check()
        return try surface.svg()
    }

    private func check() throws(ChartError) {
        let status = cairo_status(context)
        guard status == CAIRO_STATUS_SUCCESS else { throw ChartError(status) }
    }

    // MARK: Paths

    func move(_ place: Place) { cairo_move_to(context, place.x, place.y) }

    func line(_ place: Place) { cairo_line_to(context, place.x, place.y) }

    func close() { cairo_close_path(context) }

    func rectangle(_ box: Box) { cairo_rectangle(context, box.left, box.top, box.width, box.height) }

    func circle(_ center: Place, radius: Double) {
        cairo_new_sub_path(context)
        cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
        cairo_close_path(context)
    }

    func polyline(_ places: some Sequence<Place>) {
        var isFirst = true
        for place in places {
            if isFirst { move(place) } else { line(place) }
            isFirst = false
        }
    }

    func fill(_ color: Color, opacity: Double = 1) {
        set(color, opacity)
        cairo_fill(context)
    }

    func stroke(_ color: Color, width: Double, dash: Dash = .solid, roundCaps: Bool = false, opacity: Double = 1) {
        set(color, opacity)
        cairo_set_line_width(context, width)
        cairo_set_line_cap(context, roundCaps || dash == .dotted ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
        let pattern: [Double]
        switch dash {
        case .solid: pattern = []
        case .dashed: pattern = [width * 3.5, width * 2]
        case .dotted: pattern = [0, width * 2.2]
        case .dashDotted: pattern = [width * 4.5, width * 1.8, width, width * 1.8]
        }
        cairo_set_dash(context, pattern, Int32(pattern.count), 0)
        cairo_stroke(context)
    }

    private func set(_ color: Color, _ opacity: Double) {
        if opacity < 1 {
            cairo_set_source_rgba(context, color.red, color.green, color.blue, opacity)
        } else {
            cairo_set_source_rgb(context, color.red, color.green, color.blue)
        }
    }

    /// Draws nothing outside `box` while `body` runs.
    func clipped(to box: Box, _ body: () -> Void) {
        cairo_save(context)
        rectangle(box)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    // MARK: Text

    private func select(_ font: Font) {
        cairo_select_font_face(
            context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
            font.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, font.size)
    }

    /// The width of `text` in pixels.
    func width(of text: String, _ font: Font) -> Double {
        select(font)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    /// Writes one line of text, `place` on its baseline, turned by `degrees` clockwise.
    func write(
        _ text: String, _ font: Font, _ color: Color, at place: Place, anchor: TextAnchor = .start, degrees: Double = 0
    ) {
        guard !text.isEmpty else { return }
        let back: Double
        switch anchor {
        case .start: back = 0
        case .middle: back = width(of: text, font) / 2
        case .end: back = width(of: text, font)
        }
        select(font)
        set(color, 1)
        guard degrees != 0 else {
            cairo_move_to(context, place.x - back, place.y)
            cairo_show_text(context, text)
            cairo_new_path(context)
            return
        }
        cairo_save(context)
        cairo_translate(context, place.x, place.y)
        cairo_rotate(context, degrees * .pi / 180)
        cairo_move_to(context, -back, 0)
        cairo_show_text(context, text)
        cairo_new_path(context)
        cairo_restore(context)
    }
}
