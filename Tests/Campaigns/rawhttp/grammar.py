"""Requests as parts that can be broken one by one."""

from dataclasses import dataclass, field

# A path whose answer no other path has: it stands in bodies, where no server may take it for a request.
MARKER = b"/v1/jobs/job_smuggledsmuggledsmuggle"
MARKER_ANSWER = b"There is no job with this id."
SMUGGLED = b"GET " + MARKER + b" HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Line:
    text: bytes
    end: bytes = b"\r\n"


@dataclass
class Request:
    """One request; what `bytes` gives is what is sent."""

    method: bytes = b"GET"
    target: bytes = b"/livez"
    version: bytes = b"HTTP/1.1"
    spaces: list = field(default_factory=lambda: [b" ", b" "])
    first_end: bytes = b"\r\n"
    headers: list = field(default_factory=lambda: [Line(b"Host: localhost")])
    head_end: bytes = b"\r\n"
    body: list = field(default_factory=list)

    def bytes(self):
        first = self.method + self.spaces[0] + self.target + self.spaces[1] + self.version + self.first_end
        return first + b"".join(line.text + line.end for line in self.headers) + self.head_end + b"".join(self.body)

    def places(self, name):
        """Where the headers with this name are."""
        return [place for place, line in enumerate(self.headers) if line.text.lower().startswith(name.lower() + b":")]


def chunk(data, size=None, end=b"\r\n"):
    return (b"%x" % len(data) if size is None else size) + end + data + end


def draw(chance):
    """A request that is as it should be, often with a body that looks like another request."""
    request = Request()
    kind = chance.choice(["none", "none", "length", "length", "chunked", "chunked"])
    if kind == "none":
        request.method = chance.choice([b"GET", b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"POST"])
        request.target = chance.choice([b"/livez", b"/readyz", b"/v1/jobs?limit=1", b"/nothing/here", b"/"])
    else:
        request.method = chance.choice([b"POST", b"POST", b"PUT", b"GET"])
        request.target = chance.choice([b"/v1/jobs", b"/v1/gradient-checks", b"/v1/datasets", b"/livez", b"/nothing/here"])
        request.headers.append(Line(b"Content-Type: " + chance.choice([b"application/json", b"text/csv", b"text/plain"])))
        data = chance.choice([SMUGGLED, b"{}", b"x" * 10 + SMUGGLED, b"{}" + SMUGGLED, SMUGGLED * 3, b""])
        if kind == "length":
            request.headers.append(Line(b"Content-Length: %d" % len(data)))
            request.body = [data]
        else:
            request.headers.append(Line(b"Transfer-Encoding: chunked"))
            cut = chance.randint(0, len(data))
            request.body = [chunk(part) for part in (data[:cut], data[cut:]) if part] + [b"0\r\n", b"\r\n"]
    for _ in range(chance.choice([0, 0, 1, 3])):
        line = chance.choice([b"Accept: */*", b"User-Agent: x", b"X-Empty:", b"Connection: keep-alive", b"Connection: close", b"Cookie: a=b", b"Expect: 100-continue"])
        request.headers.insert(chance.randint(0, len(request.headers)), Line(line))
    return request
