#!/usr/bin/env python3
"""Server-Sent Events with clients that hang up at random bytes, and a server that is stopped and killed.

With Last-Event-ID none is lost, none is repeated, and the stream ends with the job.
"""

import http.client
import re
import threading
import time

import requests

from campaign.command import Campaign, require
from campaign.kinds import Bodies
from campaign.proxy import Proxy
from campaign.sse import EventStream
from campaign.victim import Victim
from harness.client import FINISHED

FOLLOWERS = 10
PLANTED_PATIENCE = 10
OPTIONS = ["--checkpoint-seconds", "0.1"]
PATIENCE = 300
STARTED = re.compile(rb"id: \d+\nevent: started\ndata: [^\n]*\n")


class Follower:
    """One job, and a client that follows it, however often it is cut off."""

    def __init__(self, server, kinds, chance, url, patience):
        self.server, self.chance, self.url, self.patience = server, chance, url, patience
        self.connections = 0
        client = server.new_client()
        kind = chance.choice(["tiny", "adam", "norm", "endless"])
        self.id = client.submit(kinds.bodies[kind])["id"]
        if kind == "endless":
            threading.Thread(target=self._cancel, args=(chance.uniform(0, 1.5),), daemon=True).start()

    def follow(self):
        heard, deadline = [], time.monotonic() + self.patience
        while True:
            require(time.monotonic() < deadline, f"{self.id}: no end after {self.patience} s, heard {[event['type'] for event in heard]}")
            url = self.url()
            if url is None:
                time.sleep(0.02)
                continue
            try:
                stream = EventStream(url, self.id, heard[-1]["id"] if heard else None, timeout=min(100, self.patience))
            except (OSError, http.client.HTTPException):
                # It went down.
                time.sleep(0.02)
                continue
            self.connections += 1
            if stream.status == 204:
                stream.connection.close()
                break
            if stream.status == 503:
                stream.connection.close()
                time.sleep(0.02)
                continue
            require(stream.status == 200, f"{self.id}: status {stream.status}")
            heard += stream.events(int(self.chance.expovariate(1 / 250)) + 1)
        return heard

    def _cancel(self, after):
        time.sleep(after)
        while True:
            try:
                if self.server.new_client().cancel(self.id).status_code in (200, 202, 409):
                    return
            except (requests.RequestException, AttributeError):
                # It is down, or starting.
                time.sleep(0.02)


class Batch:
    """Some followers of one server, which is restarted under them."""

    def __init__(self, campaign, kinds):
        self.campaign, self.kinds = campaign, kinds

    def run(self, number):
        chance = self.campaign.chance(number)
        server = Victim(self.campaign.folder / f"batch-{number}", options=OPTIONS).start()
        proxy = Proxy(lambda: server.address, self._spoil) if self.campaign.plant else None
        patience = PLANTED_PATIENCE if proxy else PATIENCE
        failures = []

        def follow(place):
            try:
                follower = Follower(
                    server, self.kinds, self.campaign.chance(number, place), lambda: proxy.url if proxy else (client := server.client) and client.url, patience)
                followers.append(follower)
                barrier.wait()
                heard = follower.follow()
                results.append((follower, heard))
            except Exception as error:
                barrier.abort()
                failures.append(f"{type(error).__name__}: {error}")

        followers, results, barrier = [], [], threading.Barrier(FOLLOWERS + 1)
        threads = [threading.Thread(target=follow, args=(place,)) for place in range(FOLLOWERS)]
        for thread in threads:
            thread.start()
        try:
            barrier.wait(60)
        except threading.BrokenBarrierError:
            pass
        # Twice killed at most: a job that was running each time may be tried three times.
        for how in chance.sample(["kill", "stop", "stop", "kill"], chance.randint(0, 4)):
            time.sleep(chance.uniform(0.05, 0.6))
            getattr(server, how)()
            time.sleep(chance.uniform(0, 0.1))
            server.start()
        for thread in threads:
            thread.join(patience + 200)
            if thread.is_alive():
                failures.append("a follower does not come to an end")
        for follower, heard in results:
            try:
                self._judge(server, follower, heard)
            except AssertionError as error:
                failures.append(error)
        for failure in failures:
            self.campaign.found(f"batch {number}: {failure}", f"--first {number} --rounds {FOLLOWERS}")
        server.kill()
        self.campaign.finished(len(results) or 0)

    @staticmethod
    def _judge(server, follower, heard):
        numbers = [event["id"] for event in heard]
        require(numbers == list(range(1, len(numbers) + 1)), f"{follower.id}: heard {numbers}")
        require(heard and heard[-1]["type"] in FINISHED, f"{follower.id}: the stream ended with {heard[-1:]}")
        require(heard == server.client.events(follower.id), f"{follower.id}: heard {heard}, not {server.client.events(follower.id)}")

    def _spoil(self, piece, upward):
        """Resuming at the wrong place, or an event that gets lost on its way: a comment of as many bytes."""
        if self.campaign.plant == "unheard-resumption":
            return piece.replace(b"Last-Event-ID", b"Last-Ignored-") if upward else piece
        return piece if upward else STARTED.sub(lambda event: re.sub(rb"(?m)^.", b":", event[0]), piece)


def main():
    campaign = Campaign("streams", __doc__, rounds=1_000, plants=["unheard-resumption", "lost-event"])
    quiet = Victim(campaign.folder / "undisturbed").start()
    try:
        kinds = Bodies(quiet)
    finally:
        quiet.kill()
    batch = Batch(campaign, kinds)
    rounds, campaign.rounds = campaign.rounds, -(-campaign.rounds // FOLLOWERS)
    campaign.lanes(1, lambda _, number: batch.run(number))
    campaign.rounds = rounds
    campaign.end()


if __name__ == "__main__":
    main()
