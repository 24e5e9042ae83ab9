"""What a server may answer to some bytes, by a parser that is not its own."""

import re
from dataclasses import dataclass

import h11

from rawhttp.grammar import MARKER_ANSWER

# After these nobody knows where the next request would begin, or that part of this one has not been read.
CLOSING = {400, 408, 414, 417, 431, 501, 505}
REFUSALS_5XX = {501, 505}
# Bodies of the answers that libmicrohttpd gives by itself.
OWN_PAGE = b"<html><head><title>"
HEAD_END = re.compile(rb"\n\r?\n")
# Passed over before a request (RFC 9112, 2.2), which h11 does not do. A line that begins with NUL is empty for libmicrohttpd.
EMPTY_LINES = re.compile(rb"\A((\0[^\n]*)?\r?\n)+")
# Of these libmicrohttpd leaves at the end of a head's line what it leaves of CRLF, zeros in their place: nobody behind it can tell.
UNSEEN = {b"\0\n": b"\r\n", b"\0\r\n\n": b"\r\n\r\n", b"\n\0\r\n": b"\r\n\r\n", b"\n:\n": b"\n\r\n"}


@dataclass
class Reading:
    """The requests that h11 sees."""

    methods: list
    # Whether one of them is for a job, as the smuggled ones are, and whatever is left of those where bytes were changed.
    sees_marker: bool
    # Whether the connection has to end with the last of them: another server could see the next one begin elsewhere.
    ends: bool = False


def read_requests(data):
    reading = Reading([], False)
    try:
        while not reading.ends and (data := EMPTY_LINES.sub(b"", data)):
            data = read_request(with_head_as_seen(data), reading)
    except h11.ProtocolError:
        pass
    return reading


def with_head_as_seen(data):
    """The same, with the head that comes first as it is for libmicrohttpd."""
    seen = data
    for what, instead in UNSEEN.items():
        seen = seen.replace(what, instead)
    end = HEAD_END.search(seen)
    return seen[:end.end()] + data[end.end():] if end else seen


def read_request(data, reading):
    """Notes the first request. What comes after it; empty where nothing may."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    connection.receive_data(b"")
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            headers = dict(event.headers)
            reading.methods.append(event.method)
            reading.sees_marker = reading.sees_marker or b"/v1/jobs/" in event.target
            reading.ends = event.method == b"CONNECT" or b"transfer-encoding" in headers
            stays_open = event.http_version == b"1.0" and b"keep-alive" in headers.get(b"connection", b"").lower()
        elif isinstance(event, h11.EndOfMessage):
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            # HTTP/1.0 h11 would close always.
            return b"" if connection.our_state is h11.MUST_CLOSE and not stays_open else connection.trailing_data[0]
        elif not isinstance(event, h11.Data):
            return b""


@dataclass
class Answer:
    status: int
    body: bytes
    # Whether it says that the connection ends.
    closes: bool
    to_head: bool

    @property
    def ends(self):
        """Whether the connection has to end. Broken JSON is no broken request; the answer to a HEAD does not tell which it was."""
        is_about_json = self.status == 400 and (self.to_head or b"invalid_json" in self.body)
        return self.closes or self.status in CLOSING and not is_about_json


def read_answers(received, methods):
    """Raises h11.RemoteProtocolError where an answer is not HTTP."""
    answers = []
    while received:
        known = methods[len(answers):len(answers) + 1]
        try:
            answer, received = read_answer(received, known == [b"HEAD"])
        except h11.RemoteProtocolError:
            if known:
                raise
            # Refused, but the server may well have seen which method it was.
            answer, received = read_answer(received, True)
        if answer:
            answers.append(answer)
    return answers


def without_repetition(received):
    """libmicrohttpd refuses a Content-Length that is no number with its head twice, which is all that a HEAD gets."""
    start = received.rfind(b"HTTP/1.1 4")
    last = received[start:]
    is_own = start > 0 and last.endswith(b"\r\n\r\n") and b"X-Request-Id" not in last
    return received[:start] if is_own and received[:start].endswith(last) else received


def read_answer(received, to_head):
    """The answer, or None where there are only interim ones; and what comes after."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    connection.send(h11.Request(method="HEAD" if to_head else "GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(received)
    answer = None
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            answer = Answer(event.status_code, b"", dict(event.headers).get(b"connection") == b"close", to_head)
        elif isinstance(event, h11.Data):
            answer.body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return answer, connection.trailing_data[0]
        elif event is h11.NEED_DATA:
            if answer is None and not connection.trailing_data[0]:
                return None, b""
            # An answer may also end with the connection.
            connection.receive_data(b"")


def judge(sent, received, keeps_word):
    """What is wrong with what came back, in words; empty where nothing is.

    `keeps_word` is false where the connection was still open long after an answer that ends it.
    """
    reading, faults = read_requests(sent), []
    if MARKER_ANSWER in received and not reading.sees_marker:
        faults.append("a smuggled request was executed")
    own = received.find(OWN_PAGE)
    if own >= 0:
        # libmicrohttpd refused by itself, and for a Content-Length that is no number with its head twice. Nothing may follow.
        if not keeps_word or b"HTTP/1.1 " in received[own:]:
            faults.append("the connection goes on after a refusal by the parser")
        return faults
    try:
        answers = read_answers(without_repetition(received), reading.methods)
    except h11.RemoteProtocolError as error:
        return [*faults, f"the answer is not HTTP: {error}"]
    statuses = [answer.status for answer in answers]
    # One more may refuse what h11 does not know for a request.
    if len(answers) > len(reading.methods) + (not reading.ends):
        faults.append(f"{len(answers)} answers to {len(reading.methods)} requests")
    if any(status >= 500 and status not in REFUSALS_5XX for status in statuses):
        faults.append(f"statuses {statuses}")
    if reading.ends and len(answers) == len(reading.methods) and not answers[-1].closes:
        faults.append(f"the connection may go on after chunks or CONNECT: {statuses}")
    if any(answer.ends for answer in answers[:-1]):
        faults.append(f"another answer after one that ends the connection: {statuses}")
    if not keeps_word and answers and answers[-1].ends:
        faults.append(f"the connection stays open after {statuses[-1]}")
    return faults
