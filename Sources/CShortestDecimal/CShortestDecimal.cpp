#include "CShortestDecimal.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

// The library's own text takes twice as long as its digits, so these are asked for alone.
#define FMT_HEADER_ONLY 1
#include <fmt/format.h>

namespace {

/// Largest magnitudes written without an exponent: below, every whole number has a number of its own.
template <typename Number> constexpr Number largest_plain = sizeof(Number) == 4 ? Number(0x1p24) : Number(0x1p53);

char *put(char *out, const char *text, size_t count) {
    std::memcpy(out, text, count);
    return out + count;
}

/// d.ddde±xx
char *put_scientific(char *out, const char *digits, int count, int exponent) {
    *out++ = digits[0];
    if (count > 1) {
        *out++ = '.';
        out = put(out, digits + 1, static_cast<size_t>(count - 1));
    }
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    const int magnitude = exponent < 0 ? -exponent : exponent;
    if (magnitude < 10) *out++ = '0';
    return std::to_chars(out, out + 3, magnitude).ptr;
}

/// The eight digits of a number below 10⁸, the first one in the lowest byte: two numbers of four digits side by side,
/// then four of two, then eight of one.
uint64_t eight_digits(uint32_t number) {
    const uint64_t fours = number / 10000 | static_cast<uint64_t>(number % 10000) << 32;
    const uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007f0000007f;
    const uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
    const uint64_t tens = (twos * 103 >> 10) & 0x000f000f000f000f;
    return (tens | (twos - tens * 10) << 8) + 0x3030303030303030;
}

constexpr uint64_t powers_of_10[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
};

/// Number of decimal digits of a number from 1 to 10¹⁷ − 1.
int digits_of(uint64_t number) {
    // 1233 / 4096 ≈ log₁₀ 2
    const int least = (64 - __builtin_clzll(number)) * 1233 >> 12;
    return least + (number >= powers_of_10[least]);
}

/// Writes 20 bytes that begin with the significand's digits; answers how many they are.
int put_digits(char *out, uint32_t significand) {
    const int count = digits_of(significand);
    const uint32_t nine = significand * static_cast<uint32_t>(powers_of_10[9 - count]);
    out[0] = static_cast<char>('0' + nine / 100000000);
    const uint64_t rest = eight_digits(nine % 100000000);
    std::memcpy(out + 1, &rest, 8);
    return count;
}

int put_digits(char *out, uint64_t significand) {
    const int count = digits_of(significand);
    const uint64_t all = significand * powers_of_10[17 - count];
    const uint64_t upper = all / 100000000;
    out[0] = static_cast<char>('0' + upper / 100000000);
    const uint64_t middle = eight_digits(static_cast<uint32_t>(upper % 100000000));
    const uint64_t last = eight_digits(static_cast<uint32_t>(all % 100000000));
    std::memcpy(out + 1, &middle, 8);
    std::memcpy(out + 9, &last, 8);
    return count;
}

template <typename Number> char *put_number(char *out, Number x) {
    if (!std::isfinite(x)) return put(out, "null", 4);
    // Without a branch, since signs are as good as random.
    *out = '-';
    out += std::signbit(x);
    x = std::fabs(x);
    if (x == 0) return put(out, "0.0", 3);
    const auto decimal = fmt::detail::dragonbox::to_decimal(x);
    char digits[40];
    const int count = put_digits(digits, decimal.significand);
    // x = 0.digits · 10^point
    const int point = decimal.exponent + count;
    if (point < -3 || x > largest_plain<Number>) return put_scientific(out, digits, count, point - 1);
    // Whole blocks are copied at once; the slack is there for it.
    if (point <= 0) {
        std::memcpy(out, "0.000", 5);
        out += 2 - point;
        std::memcpy(out, digits, 17);
        return out + count;
    }
    std::memcpy(out, digits, 17);
    if (point >= count) {
        std::memset(out + count, '0', static_cast<size_t>(point - count));
        return put(out + point, ".0", 2);
    }
    std::memcpy(out + point + 1, digits + point, 17);
    out[point] = '.';
    return out + count + 1;
}

template <typename Number> size_t put_numbers(const Number *numbers, size_t count, char *out) {
    char *const start = out;
    for (size_t index = 0; index < count; index++) {
        if (index > 0) *out++ = ',';
        out = put_number(out, numbers[index]);
    }
    return static_cast<size_t>(out - start);
}

}  // namespace

size_t shortest_decimal_floats(const float *numbers, size_t count, char *out) {
    return put_numbers(numbers, count, out);
}

size_t shortest_decimal_doubles(const double *numbers, size_t count, char *out) {
    return put_numbers(numbers, count, out);
}
