"""Ways to break a request, each on purpose; and a few by chance alone."""

from rawhttp.grammar import SMUGGLED, Line, chunk

ENDS = [b"\n", b"\r", b"\r\r\n", b"\n\r", b"", b"\r\n\r\n", b" \r\n", b"\x00\r\n", b"\x0b\r\n"]
METHODS = [b"BREW", b"get", b"", b"G T", b"G\x00T", b"G\tT", b"(GET)", b"CONNECT", b"TRACE", b"PRI", b"A" * 5000, b"\xff", b"GET\r\nX: y\r\nGET"]
TARGETS = [
    b"*", b"", b"livez", b"localhost:80", b"http://localhost/livez", b"http://", b"HTTPS://u:p@h:1/livez?x", b"ftp://h/livez", b"//livez", b"/livez#x", b"/li\x00vez",
    b"/livez%00", b"/livez%", b"/livez%zz", b"/livez%ff", b"/%2e%2e/livez", b"/../livez", b"/livez\xff", b"/l i v e z", b"/livez\x7f", b"/livez\\x", b"/" + b"a" * 9000,
    b"/" + b"a" * 40_000, b"/livez?" + b"a=b&" * 3000, b"/livez\r\nX-Injected: y", b"/livez HTTP/1.1\r\nHost: y\r\n\r\n" + SMUGGLED + b"GET /livez"]
VERSIONS = [b"HTTP/1.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/2.0", b"http/1.1", b"HTTP/1.1.1", b"HTTP/11", b"HTTP/1", b"", b"HTTP/1.1\t", b"HTTQ/1.1", b"HTTP/ 1.1"]
SPACES = [b"", b"  ", b"\t", b"\x0b", b"\r", b" \t", b"\x00"]
HEADERS = [
    b"Host: other", b"Host:", b"Host: a b", b"Host: a/b", b"Host: [::1", b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: +5", b"Content-Length: -1",
    b"Content-Length: 5, 5", b"Content-Length: 0x5", b"Content-Length: 5 5", b"Content-Length: ", b"Content-Length: 99999999999999999999", b"Content-Length: 18446744073709551615",
    b"Content-Length: 5\x00", b"Content-Length\x00: 5", b"Content-Length : 5", b"Content-Length\t: 5", b" Content-Length: 5", b"Content_Length: 5", b"Content-Length: 00005",
    b"Content-Length:\x0b5", b"Content-Length: 5;", b"Transfer-Encoding: chunked", b"Transfer-Encoding: Chunked", b"Transfer-Encoding: chunked ", b"Transfer-Encoding: chunked\t",
    b"Transfer-Encoding:chunked", b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity", b"Transfer-Encoding: ", b"Transfer-Encoding : chunked", b"Transfer-Encoding\x00: chunked",
    b"Transfer_Encoding: chunked", b'Transfer-Encoding: "chunked"', b"Transfer-Encoding: chunked;q=1", b"TE: trailers", b"Expect: 100-continue", b"Expect: 200-ok", b"Expect: ",
    b"Connection: close", b"Connection: keep-alive, Content-Length", b"Connection: upgrade", b"Upgrade: h2c", b"Upgrade: websocket", b"No colon here", b": no name", b":", b"(x): y",
    b"X: \x01", b"X: \x7f", b"X: \xff\xfe", b"X: a\rb", b"X: a\nb", b"X: a\x00b", b"X: " + b"a" * 10_000, b"X: " + b"a" * 40_000, b"X" * 20_000 + b": y", b"Trailer: Content-Length",
    b"X-Forwarded-For: 1.2.3.4", b"Range: bytes=0-", b"If-None-Match: \x00", b"Accept-Encoding: gzip;q=\xff", b"Authorization: Bearer \x01"]
FOLDS = [b"\r\n ", b"\r\n\t", b"\n ", b"\r\n  zzzz", b"\r\n 0", b"\r\n chunked", b"\r\n \r\n"]
CHUNK_SIZES = [b"0", b"00", b"-1", b"+5", b"0x5", b" 5", b"5 ", b"5;x=y", b"5;x=\"\r\n\"", b"5;\n", b"", b"g", b"ffffffffffffffff", b"fffffffffffffffff", b"1" * 40, b"5\x00", b"7fffffffffffffff"]
TRAILERS = [b"\r\n", b"\n", b"X: y\r\n\r\n", b"Content-Length: 5\r\n\r\n", b"X: y\r\n z\r\n\r\n", b"no colon\r\n\r\n", SMUGGLED, b"", b"\r\r\n", b"X" * 40_000 + b": y\r\n\r\n"]


def method(request, chance):
    request.method = chance.choice(METHODS)


def target(request, chance):
    request.target = chance.choice(TARGETS)


def version(request, chance):
    request.version = chance.choice(VERSIONS)


def spaces(request, chance):
    request.spaces[chance.randrange(2)] = chance.choice(SPACES)


def line_end(request, chance):
    place = chance.randint(-2, len(request.headers) - 1)
    if place == -2:
        request.first_end = chance.choice(ENDS)
    elif place == -1:
        request.head_end = chance.choice(ENDS)
    else:
        request.headers[place].end = chance.choice(ENDS)


def header(request, chance):
    request.headers.insert(chance.randint(0, len(request.headers)), Line(chance.choice(HEADERS)))


def twice(request, chance):
    if request.headers:
        line = chance.choice(request.headers)
        request.headers.insert(chance.randint(0, len(request.headers)), Line(line.text))


def gone(request, chance):
    if request.headers:
        del request.headers[chance.randrange(len(request.headers))]


def many(request, chance):
    request.headers += [Line(b"X-%d: y" % number) for number in range(chance.choice([50, 500, 5000]))]


def fold(request, chance):
    if request.headers:
        line = chance.choice(request.headers)
        cut = chance.randint(0, len(line.text))
        line.text = line.text[:cut] + chance.choice(FOLDS) + line.text[cut:]


def chunk_size(request, chance):
    if request.body:
        place = chance.randrange(len(request.body))
        request.body[place] = chunk(SMUGGLED[:5], chance.choice(CHUNK_SIZES), chance.choice([b"\r\n", b"\n", b"\r"]))


def trailer(request, chance):
    if request.body:
        request.body[-1] = chance.choice(TRAILERS)


def body_length(request, chance):
    for place in request.places(b"Content-Length"):
        length = sum(map(len, request.body)) + chance.choice([-1, 1, -5, 5, 100, 100_000])
        request.headers[place].text = b"Content-Length: %d" % max(0, length)


PARTS = [method, target, version, spaces, line_end, line_end, header, header, header, header, twice, gone, many, fold, fold, chunk_size, chunk_size, trailer, body_length]


def scramble(data, chance):
    """Bytes changed, cut out, doubled or cut off, anywhere."""
    for _ in range(chance.randint(1, 3)):
        here = chance.randrange(len(data) + 1)
        there = min(len(data), here + chance.choice([1, 1, 2, 10, 100]))
        match chance.randrange(5):
            case 0:
                data = data[:here] + bytes([chance.randrange(256)]) + data[here + 1:]
            case 1:
                data = data[:here] + data[there:]
            case 2:
                data = data[:there] + data[here:]
            case 3:
                data = data[:here] + chance.choice([b"\r\n", b"\n", b"\r", b"\x00", b" ", b"\t", b":", b"\xff"]) + data[here:]
            case 4:
                data = data[:here]
    return data
