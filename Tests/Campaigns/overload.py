#!/usr/bin/env python3
"""Five times as many jobs as the server can do, at an even pace that does not wait for answers.

The excess is refused at once with 429 or 503 and Retry-After, memory is bounded, an honest client's polls are answered, and what was accepted ends with
the right bits. A round is a request.
"""

import http.client
import json
import queue
import threading
import time
from urllib.parse import urlsplit

from campaign.command import Campaign, require
from campaign.kinds import outcome
from campaign.measure import Resources, Stopwatch, percentile, thirds
from campaign.victim import Victim
from harness.bodies import altered, inline, make_job
from harness.client import FINISHED

TIMES = 5
QUEUE = 20
SENDERS = 16
# A job's training, by which capacity is limited, and not by the client.
JOB_SECONDS = 0.03


class Flood:
    """Requests at their times; each sender keeps its connection for a while, or makes a new one for each request."""

    def __init__(self, url, body):
        self.address, self.body = urlsplit(url).netloc, json.dumps(body)
        self.tickets = queue.Queue()
        self.accepted, self.refused, self.wrong = [], Stopwatch(), []
        self.lock = threading.Lock()

    def run(self, rate, seconds):
        """Returns the requests a second that were sent."""
        senders = [threading.Thread(target=self._send, args=(number % 2 == 0,)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        began, sent = time.monotonic(), 0
        while (now := time.monotonic()) < began + seconds:
            while began + sent / rate <= now:
                self.tickets.put(True)
                sent += 1
            time.sleep(0.002)
        for _ in senders:
            self.tickets.put(False)
        for sender in senders:
            sender.join(60)
        return sent, sent / (time.monotonic() - began)

    def _send(self, keeps_connection):
        connection = None
        while self.tickets.get():
            if connection is None or not keeps_connection:
                if connection:
                    connection.close()
                connection = http.client.HTTPConnection(self.address, timeout=30)
            began = time.monotonic()
            try:
                connection.request("POST", "/v1/jobs", self.body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection = None
                self._note(self.wrong, repr(error))
                continue
            took = time.monotonic() - began
            if answer.status == 202:
                self._note(self.accepted, json.loads(content)["id"])
            elif answer.status in (429, 503) and answer.headers.get("Retry-After", "").isdigit() and answer.headers["Content-Type"] == "application/problem+json":
                self._note(self.refused.times, (began, took))
            else:
                self._note(self.wrong, f"{answer.status} {answer.headers} {content[:200]}")

    def _note(self, where, what):
        with self.lock:
            where.append(what)


def capacity(client, body, seconds=3):
    """Jobs a second that one client's stream of them is done at."""
    began, done, waiting = time.monotonic(), 0, []
    while time.monotonic() < began + seconds:
        while len(waiting) < QUEUE // 2:
            waiting.append(client.submit(body)["id"])
        if client.job(waiting[0])["status"] in FINISHED:
            waiting.pop(0)
            done += 1
        else:
            time.sleep(0.001)
    for id in waiting:
        client.wait(id)
    return done / seconds


def main():
    campaign = Campaign(
        "overload", __doc__, rounds=0, plants=["no-limit"], seconds=(600.0, "how long"),
        refused_ms=(50.0, "within how much time 99 of 100 refusals must come; 0: say it only"))
    server = Victim(campaign.folder / "data", workers=1, options=["--max-queued-jobs", str(100_000 if campaign.plant else QUEUE)]).start()
    client = server.client
    body = make_job(data=inline(rows=200, features=8), network={"hidden_layers": [32, 32]}, training={"epochs": 200, "history_every": 100_000})
    per_epoch = client.train(body)["timing"]["training_seconds"] / 200
    body = altered(body, "/training/epochs", max(1, int(JOB_SECONDS / per_epoch)))
    first = client.train(body)["id"]
    expected, rate = outcome(client, first), capacity(client, body)

    honest, ended, failures = Stopwatch(), threading.Event(), []

    def poll():
        mine = server.new_client()
        while not ended.wait(0.05):
            try:
                status = honest.timed(lambda: mine.get(f"/v1/jobs/{first}", timeout=20)).status_code
                require(status == 200, f"an honest client's poll got {status}")
            except Exception as error:
                failures.append(error)

    poller = threading.Thread(target=poll)
    poller.start()
    resources, flood = Resources(server.process.pid), Flood(client.url, body)
    sent, pace = flood.run(TIMES * rate, campaign.options.seconds)
    queued = len(client.get("/v1/jobs?status=queued&limit=100").json()["data"])
    resources.stop()
    ended.set()
    poller.join()
    campaign.finished(sent)

    p99 = 1000 * percentile([took for _, took in flood.refused.times], 0.99)
    polls = 1000 * percentile([took for _, took in honest.times], 0.99)
    first_memory, _, last_memory = thirds(resources.memory)
    campaign.say(
        f"capacity {rate:.0f} jobs/s, offered {pace:.0f}/s; accepted {len(flood.accepted)}, refused {len(flood.refused.times)} with p99 {p99:.1f} ms; "
        f"{len(honest.times)} polls with p99 {polls:.1f} ms; memory {max(first_memory):.0f} MiB in the first third, {max(last_memory):.0f} MiB in the last")

    def check(kept, what):
        if not kept:
            campaign.found(what, f"--seconds {campaign.options.seconds:g}")

    for wrong in flood.wrong[:5]:
        check(False, f"{len(flood.wrong)} answers are neither 202 nor a refusal with Retry-After: {wrong}")
    for failure in failures[:5]:
        check(False, f"{len(failures)} polls failed: {failure}")
    check(queued <= QUEUE, f"{queued} jobs or more wait, where {QUEUE} may")
    check(flood.refused.times, f"of {len(flood.accepted)} requests none was refused")
    check(max(last_memory) <= 1.25 * max(first_memory) + 32, f"memory grew from {max(first_memory):.0f} to {max(last_memory):.0f} MiB")
    check(not campaign.options.refused_ms or p99 <= campaign.options.refused_ms, f"of 100 refusals one took {p99:.1f} ms or more")
    check(server.running, f"the server died:\n{server.tail()}")
    if not campaign.plant:
        for id in flood.accepted[:: max(1, len(flood.accepted) // 200)]:
            job = client.wait(id)
            check(job["status"] == "succeeded" and outcome(client, id) == expected, f"{id} is {job['status']}, or has other bits")
    server.kill()
    campaign.end()


if __name__ == "__main__":
    main()
