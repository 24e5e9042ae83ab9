#!/usr/bin/env python3
"""Everything at once, for a long time: submissions, polls, uploads, downloads, predictions, streams, deletions.

Resident memory, descriptors and the time of answers stay as they are, and every job ends with the right bits. A round is a request.
"""

import threading
import time
import traceback

from campaign.client import CampaignClient
from campaign.command import Campaign, require
from campaign.kinds import DATASETS, Kinds, outcome
from campaign.measure import Resources, Stopwatch, percentile, thirds
from campaign.preload import build
from campaign.sse import EventStream
from campaign.victim import Victim

CLIENTS = 4
KINDS = ("tiny", "tiny", "tiny", "wide", "broad", "adam")
ROWS = [[0.5, 1.5], [2, -1]]


class TimedClient(CampaignClient):
    """Counts and times what does not wait for a job."""

    def __init__(self, url, stopwatch):
        super().__init__(url)
        self.stopwatch = stopwatch

    def request(self, method, path, **arguments):
        if "Prefer" in arguments.get("headers", {}):
            return super().request(method, path, **arguments)
        return self.stopwatch.timed(lambda: super(TimedClient, self).request(method, path, **arguments))


class Soak:
    def __init__(self, campaign, server, kinds):
        self.campaign, self.server, self.kinds = campaign, server, kinds
        self.stopwatch, self.jobs = Stopwatch(), 0
        self.end = time.monotonic() + campaign.options.seconds

    def work(self, number):
        chance, client = self.campaign.chance(number), TimedClient(self.server.client.url, self.stopwatch)
        while time.monotonic() < self.end:
            try:
                chance.choice([self.a_job, self.a_job, self.a_job, self.a_dataset, self.a_cancellation, self.a_look_around])(client, chance)
            except Exception as error:
                where = "" if isinstance(error, AssertionError) else traceback.format_exc()
                self.campaign.found(f"{error}\n{where}{self.server.tail(10)}")
                return

    def a_job(self, client, chance):
        kind = chance.choice(KINDS)
        id = client.submit(self.kinds.bodies[kind])["id"]
        self._finish(client, chance, id, kind)
        if kind in ("tiny", "adam"):
            client.predict(id, ROWS)
        self._delete(client, f"/v1/jobs/{id}")

    def _finish(self, client, chance, id, kind):
        if chance.random() < 0.3:
            events = EventStream(client.url, id).events(1 << 20)
            require([event["id"] for event in events] == list(range(1, len(events) + 1)) and events[-1]["type"] == "succeeded", f"{id}: the stream had {events}")
        else:
            while client.get(f"/v1/jobs/{id}", headers={"Prefer": "wait=20"}).json()["finished_at"] is None:
                client.job(id)
        require(outcome(client, id) == self.kinds.expected[kind], f"{id} ({kind}) has other bits")
        self.jobs += 1

    def a_dataset(self, client, chance):
        kind = chance.choice(list(DATASETS))
        data = client.upload(DATASETS[kind])["id"]
        id = client.submit(self.kinds.on_dataset(data))["id"]
        self._finish(client, chance, id, f"on {kind}")
        self._delete(client, f"/v1/jobs/{id}")
        self._delete(client, f"/v1/datasets/{data}")

    def a_cancellation(self, client, chance):
        id = client.submit(self.kinds.bodies["endless"])["id"]
        time.sleep(chance.uniform(0, 0.1))
        require(client.cancel(id).status_code in (200, 202), f"{id} cannot be cancelled")
        client.wait(id, until={"cancelled"})
        self._delete(client, f"/v1/jobs/{id}")

    def a_look_around(self, client, chance):
        for path in ("/v1/jobs?limit=100", "/v1/datasets", "/livez", "/readyz", "/v1/jobs/job_000000000000000000000000", "/openapi.yaml"):
            require(client.get(path).status_code == (404 if path.endswith("000") else 200), f"GET {path}")

    @staticmethod
    def _delete(client, path):
        require(client.delete(path).status_code == 204, f"{path} cannot be deleted")


def main():
    campaign = Campaign(
        "soak", __doc__, rounds=0, plants=["leak"], seconds=(7200.0, "how long"),
        times=(1, "whether the time of answers is judged, or only said (0)"))
    quiet = Victim(campaign.folder / "undisturbed").start()
    try:
        kinds = Kinds(quiet, seconds=0.1)
    finally:
        quiet.kill()
    variables = {"LD_PRELOAD": str(build("leak", campaign.folder))} if campaign.plant else {}
    server = Victim(campaign.folder / "data", variables=variables, options=["--checkpoint-seconds", "0.5"]).start()
    soak, resources = Soak(campaign, server, kinds), Resources(server.process.pid)
    threads = [threading.Thread(target=soak.work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    resources.stop()
    campaign.finished(len(soak.stopwatch.times))

    memory = [percentile(part, 0.5) for part in thirds(resources.memory)]
    descriptors = [percentile(part, 0.5) for part in thirds(resources.descriptors)]
    times = [1000 * percentile(part, 0.99) for part in soak.stopwatch.thirds()]
    campaign.say(
        f"{soak.jobs} jobs; by thirds of the time: memory {', '.join(f'{value:.0f}' for value in memory)} MiB, "
        f"descriptors {', '.join(map(str, descriptors))}, p99 {', '.join(f'{value:.1f}' for value in times)} ms")
    again = f"--seconds {campaign.options.seconds:g}"
    # From the second third on; in the first caches and pools fill.
    if memory[2] > 1.15 * memory[1] + 16:
        campaign.found(f"memory grows: {memory} MiB", again)
    if descriptors[2] > descriptors[1] + 10:
        campaign.found(f"descriptors are lost: {descriptors}", again)
    if campaign.options.times and times[2] > 2 * times[1] + 20:
        campaign.found(f"answers take ever longer: {times} ms", again)
    if not server.running:
        campaign.found(f"the server died:\n{server.tail()}", again)
    server.kill()
    campaign.end()


if __name__ == "__main__":
    main()
