// Passes over a batch in panels that need no product.

// MARK: Sums over rows, in float64 and in order

/// out = Σ over the rows of x, x ∘ y or (x − mean)², for the columns of one vector.
INLINE void sum_column(
    const T *x, ptrdiff_t x_step, const T *y, ptrdiff_t y_step, const double *mean, int64_t rows, int64_t count,
    double *out
) {
    VD sums[WIDE] = {0}, means[WIDE] = {0};
    double numbers[VL] = {0};
    const size_t bytes = (size_t)least(count, VL) * sizeof(double);
    if (mean) {
        memcpy(numbers, mean, bytes);
        memcpy(means, numbers, sizeof means);
    }
    for (int64_t r = 0; r < rows; r++) {
        V v = load_part(x + r * x_step, count), w = y ? load_part(y + r * y_step, count) : splat(0);
        UNROLL for (int h = 0; h < WIDE; h++) {
            VD d = widened(v, h);
            if (y) {
                sums[h] += d * widened(w, h);
            } else if (mean) {
                d -= means[h];
                sums[h] += d * d;
            } else {
                sums[h] += d;
            }
        }
    }
    memcpy(numbers, sums, sizeof sums);
    memcpy(out, numbers, bytes);
}

static void column_sums(const ck_matrix *x, int64_t rows, int64_t first, int64_t columns, double *out) {
    for (int64_t c = 0; c < columns; c += VL)
        sum_column(
            at(x, 0, (first + c) / PANEL) + c % PANEL, x->row_step, NULL, 0, NULL, rows, columns - c, out + c);
}

static void column_products(
    const ck_matrix *x, const ck_matrix *y, int64_t rows, int64_t first, int64_t columns, double *out
) {
    for (int64_t c = 0; c < columns; c += VL) {
        const int64_t panel = (first + c) / PANEL;
        sum_column(
            at(x, 0, panel) + c % PANEL, x->row_step, at(y, 0, panel) + c % PANEL, y->row_step, NULL, rows,
            columns - c, out + c);
    }
}

static void column_squares(
    const ck_matrix *x, const double *mean, int64_t rows, int64_t first, int64_t columns, double *out
) {
    for (int64_t c = 0; c < columns; c += VL)
        sum_column(
            at(x, 0, (first + c) / PANEL) + c % PANEL, x->row_step, NULL, 0, mean + c, rows, columns - c, out + c);
}

// MARK: Batch normalisation

INLINE void norm_forward_by(
    const ck_norm *f, int64_t panel, int64_t first_row, int64_t rows, const int activation
) {
    const int64_t columns = panel_columns(f->units, panel);
    const T *mean = f->mean, *inverse = f->inverse_deviation, *gamma = f->gamma, *beta = f->beta;
    const V scale = splat((T)f->scale);
    for (int64_t c = 0; c < columns; c += VL) {
        const int64_t unit = panel * PANEL + c, left = columns - c;
        const V m = load_part(mean + unit, left), d = load_part(inverse + unit, left);
        const V y = load_part(gamma + unit, left), b = load_part(beta + unit, left);
        for (int64_t r = first_row; r < first_row + rows; r++) {
            T *place = at(&f->values, r, panel) + c;
            V z = (load(place) - m) * d;
            store(at(&f->normalised, r, panel) + c, z);
            V a = activated(y * z + b, activation);
            if (f->mask) a *= kept(f->mask + r * f->units + unit, scale, left);
            store(place, a);
        }
    }
}

static void norm_forward(const ck_norm *f, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows) {
    for (int64_t panel = first_panel; panel < first_panel + panels; panel++)
        switch (f->activation) {
#define FORWARD(activation) case activation: norm_forward_by(f, panel, first_row, rows, activation); break;
            FORWARD(CK_IDENTITY) FORWARD(CK_RELU) FORWARD(CK_LEAKY_RELU) FORWARD(CK_TANH) FORWARD(CK_SIGMOID)
#undef FORWARD
        }
}

static void norm_backward(
    const ck_norm *f, const ck_matrix *delta, double share_, const void *plain_, const void *products_,
    int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows
) {
    const T *inverse = f->inverse_deviation, *gamma = f->gamma, *plain = plain_, *products = products_;
    const V share = splat((T)share_);
    for (int64_t panel = first_panel; panel < first_panel + panels; panel++) {
        const int64_t columns = panel_columns(f->units, panel);
        for (int64_t c = 0; c < columns; c += VL) {
            const int64_t unit = panel * PANEL + c, left = columns - c;
            const V factor = load_part(gamma + unit, left) * load_part(inverse + unit, left);
            const V sum = load_part(plain + unit, left), product = load_part(products + unit, left);
            for (int64_t r = first_row; r < first_row + rows; r++) {
                T *place = at(delta, r, panel) + c;
                V z = load(at(&f->normalised, r, panel) + c);
                store(place, factor * (load(place) - share * (sum + z * product)));
            }
        }
    }
}

// MARK: Passes

static void into_panels(const void *x_, const ck_matrix *to, int64_t columns, int64_t first, int64_t rows) {
    const T *x = x_;
    for (int64_t r = 0; r < rows; r++, x += columns)
        for (int64_t c = 0; c < columns; c += VL)
            store_first(at(to, first + r, c / PANEL) + c % PANEL, load_part(x + c, columns - c), columns - c);
}

static void drop_rows(
    const ck_matrix *from, const ck_matrix *to, const uint8_t *mask, double scale_, int64_t columns, int64_t first,
    int64_t rows
) {
    const V scale = splat((T)scale_);
    for (int64_t c = 0; c < columns; c += VL)
        for (int64_t r = first; r < first + rows; r++) {
            V v = load(at(from, r, c / PANEL) + c % PANEL) * kept(mask + r * columns + c, scale, columns - c);
            store(at(to, r, c / PANEL) + c % PANEL, v);
        }
}
