#!/usr/bin/env python3
"""Raw requests that are broken in many ways, against a server that must stay up, answer each once or close, and execute nothing that is not a request.

What a request is, h11 says: a request that stands in the body of another one must not be answered. The same seed makes the same requests.
"""

import argparse
import errno
import random
import socket
import sys
import tempfile
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "EndToEnd")]

from harness.server import Server  # noqa: E402
from rawhttp import mutations  # noqa: E402
from rawhttp.grammar import draw  # noqa: E402
from rawhttp.judge import CLOSING, judge  # noqa: E402
from rawhttp.naive_server import PLANTS, NaiveServer  # noqa: E402

# What an answer says after which the connection ends.
ENDINGS = [b"Connection: close\r\n", *(b"HTTP/1.1 %d " % status for status in CLOSING)]
BATCH = 100
LANES = 4


def make(seed, number):
    """The bytes of a round, whether the client ends its side at once, and where they are cut into pieces."""
    chance = random.Random(f"{seed}/{number}")
    data = b""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        request = draw(chance)
        for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
            chance.choice(mutations.PARTS)(request, chance)
        data += request.bytes()
    if chance.random() < 0.2 and data:
        data = mutations.scramble(data, chance)
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.choice([0, 0, 1, 2])))
    return data, chance.random() < 0.95, cuts


def exchange(address, data, ends, cuts):
    """What comes back, and whether the server kept to what that says of the connection's end."""
    received, keeps_word, is_waited_for = b"", True, not ends
    with socket.create_connection(address, timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for start, end in zip([0, *cuts], [*cuts, len(data)]):
                connection.sendall(data[start:end])
            if ends:
                connection.shutdown(socket.SHUT_WR)
            else:
                connection.settimeout(0.5)
            while True:
                try:
                    piece = connection.recv(65536)
                except TimeoutError:
                    if not is_waited_for:
                        raise
                    must_close = any(sign in received for sign in ENDINGS)
                    if must_close and connection.gettimeout() < 1:
                        # A busy machine may take its time.
                        connection.settimeout(10)
                        continue
                    # Otherwise it waits for more, or has not come to it yet: then the client is the one who ends.
                    keeps_word, is_waited_for = not must_close, False
                    connection.settimeout(10)
                    connection.shutdown(socket.SHUT_WR)
                    continue
                if not piece:
                    break
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
    return received, keeps_word


def is_served(address):
    """Whether an honest client is."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
            if received.endswith(b"ok"):
                break
    return received.startswith(b"HTTP/1.1 200 ")


class Campaign:
    def __init__(self, address, options):
        self.address, self.options = address, options
        self.violations, self.done, self.lock = 0, 0, threading.Lock()

    def run(self):
        lanes = [threading.Thread(target=self.lane, args=(lane,)) for lane in range(LANES)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()

    def lane(self, lane):
        for number in range(self.options.first + lane, self.options.first + self.options.rounds, LANES):
            data, ends, cuts = make(self.options.seed, number)
            try:
                faults = judge(data, *exchange(self.address, data, ends, cuts))
                if number % BATCH < LANES and not is_served(self.address):
                    faults.append("an honest request is not answered")
            except OSError as error:
                faults = [f"the server does not answer, nor close: {error!r}"]
            with self.lock:
                self.done += 1
                self.violations += len(faults)
                for fault in faults:
                    print(f"violation: {fault}\n    sent {data[:300]!r}\n    again: --seed {self.options.seed} --first {number} --rounds 1", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first round's number, to repeat one that found something")
    parser.add_argument("--plant", choices=PLANTS, help="try a server that makes this mistake, to see that it is noticed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        # libmicrohttpd forgets a request with thousands of query parameters half-way: a deadline ends it, in less time than is waited here.
        server = NaiveServer(options.plant) if options.plant else Server(directory, options=["--header-timeout", 3, "--idle-timeout", 3]).start()
        campaign = Campaign(server.address, options)
        campaign.run()
        if options.plant:
            server.stop()
        else:
            if not server.running:
                campaign.violations += 1
                print("violation: the server died\n" + "".join(server.log[-30:]))
            server.kill()
    print(f"malformed_requests: rounds {campaign.done}, violations {campaign.violations}")
    sys.exit(1 if campaign.violations or not campaign.done else 0)


if __name__ == "__main__":
    main()
