// One run of numbers; included once per instruction set, with RUN_NAME, RUN_TARGET and RUN_MASKS defined.
// RUN_MASKS(text, delimiter, closer1, closer2, &others, &stops) looks at 64 bytes: bit k of `others` says that byte k is
// no digit, of `stops` that it is the delimiter or a closer.

RUN_TARGET static inline __attribute__((always_inline)) number_run RUN_NAME(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count, int is_json) {
    number_run run = {text, 0, 0};
    uint8_t tail[WINDOW];
    while (run.count < count) {
        const uint8_t *window = run.next;
        size_t left = (size_t)(end - run.next);
        if (left < WINDOW) {
            // What follows the text must not be read, and must not end a number.
            memset(tail, 0xFF, WINDOW);
            memcpy(tail, run.next, left);
            window = tail;
        }
        uint64_t others, stops;
        RUN_MASKS(window, delimiter, closer1, closer2, &others, &stops);
        if (!stops) return run;
        size_t start = 0;
        if (((others ^ stops) & (~0ull >> __builtin_clzll(stops))) == 0) {
            // Nothing but whole numbers up to the last stop: the shortest way for what a text has most of.
            size_t taken = 0;
            size_t most = count - run.count;
            double *next = cells + run.count;
            do {
                size_t stop = (size_t)__builtin_ctzll(stops);
                size_t length = stop - start;
                if ((leading_zero(window + start, length, is_json) | (length - 1) >> 3) != 0) break;
                next[taken++] = (double)(int64_t)eight(digits(window + start, length));
                if (window[stop] != delimiter) {
                    run.is_closed = 1;
                    start = stop;
                    break;
                }
                stops &= stops - 1;
                start = stop + 1;
            } while (stops && taken < most);
            run.count += taken;
            if (taken == 0) goto one_by_one;
            run.next += start;
            if (run.is_closed) return run;
            continue;
        }
    one_by_one:
        do {
            size_t first = start + (is_json && window[start] == ' ');
            size_t stop = (size_t)__builtin_ctzll(stops);
            size_t length = stop - first;
            if (length - 1 > 19) goto end_of_run;
            uint64_t marks = (others >> first) & ((1ull << length) - 1);
            if (!plain_number(window + first, length, marks, is_json, &cells[run.count])) goto end_of_run;
            run.count++;
            if (window[stop] != delimiter) {
                run.is_closed = 1;
                start = stop;
                goto end_of_run;
            }
            stops &= stops - 1;
            start = stop + 1;
        } while (stops && run.count < count);
        run.next += start;
        continue;
    end_of_run:
        run.next += start;
        return run;
    }
    return run;
}

RUN_TARGET static number_run RUN_CSV(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count) {
    return RUN_NAME(text, end, delimiter, closer1, closer2, cells, count, 0);
}

RUN_TARGET static number_run RUN_JSON(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count) {
    return RUN_NAME(text, end, delimiter, closer1, closer2, cells, count, 1);
}

#undef RUN_NAME
#undef RUN_TARGET
#undef RUN_MASKS
#undef RUN_CSV
#undef RUN_JSON
