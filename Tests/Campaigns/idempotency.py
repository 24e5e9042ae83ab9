#!/usr/bin/env python3
"""Submissions that are sent four times at once, some of them while the server is killed.

Of each key there is one thing: one 202 (or 201) and otherwise 200 with Idempotent-Replayed; another request under the key is 422.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from campaign.client import CampaignClient
from campaign.command import Campaign, Violation, require
from campaign.proxy import Proxy
from campaign.victim import Victim
from harness.bodies import altered, make_job

DUPLICATES = 4
CSV = "a,b,y\n" + "".join(f"{n},{n % 3},{n % 2}\n" for n in range(30))
KILLS = 0.02


class Keys:
    def __init__(self, campaign):
        self.campaign = campaign
        self.server = Victim(campaign.folder / "data", options=["--max-queued-jobs", "100000"]).start()
        self.proxy = None
        self.pool = ThreadPoolExecutor(DUPLICATES)
        self.made = {"jobs": {}, "datasets": {}}
        self._connect()

    def _connect(self):
        url = self.server.client.url
        if self.campaign.plant == "ignored-keys":
            self.proxy = Proxy(lambda: self.server.address, lambda piece, upward: piece.replace(b"Idempotency-Key", b"X-Ignored-Words"))
            url = self.proxy.url
        self.clients = [CampaignClient(url) for _ in range(DUPLICATES)]

    def round(self, number):
        chance = self.campaign.chance(number)
        key = f"key {number} {chance.getrandbits(64):x}"
        is_upload = chance.random() < 0.1
        body = f"{CSV}{number},0,1\n" if is_upload else make_job(training={"epochs": 1}, name=key)
        if not is_upload and chance.random() < 0.7:
            # A seed is drawn, so that a second job would be another.
            del body["training"]["seed"]
        kills = chance.random() < KILLS
        answers = self._all_at_once(key, body, is_upload, chance.uniform(0, 0.008) if kills else None)
        if kills:
            # Those that were not answered do not know what has become of them, and come again.
            again = self._all_at_once(key, body, is_upload)
            statuses = sorted(answer.status_code for answer in answers + again if answer.status_code != 200)
            require(len(statuses) <= 1, f"{key}: {statuses}")
            require(len(again) == DUPLICATES, f"{key}: {DUPLICATES - len(again)} repetitions after the restart were not answered")
        else:
            statuses = sorted(answer.status_code for answer in answers)
            require(statuses == [200] * (DUPLICATES - 1) + [201 if is_upload else 202], f"{key}: {statuses}")
            again = []
        for answer in answers + again:
            replayed = answer.headers.get("Idempotent-Replayed")
            require(replayed == ("true" if answer.status_code == 200 else None), f"{key}: {answer.status_code} with Idempotent-Replayed: {replayed}")
        ids = {answer.json()["id"] for answer in answers + again}
        require(len(ids) == 1, f"{key} made {ids}")
        self.made["datasets" if is_upload else "jobs"][ids.pop()] = key
        if chance.random() < 0.2:
            other = body + "9,9,9\n" if is_upload else altered(body, "/training/epochs", 2)
            status = self._send(self.clients[0], key, other, is_upload).status_code
            require(status == 422, f"{key}: another request under it got {status}")

    def _all_at_once(self, key, body, is_upload, kill_after=None):
        """The answers that came."""
        barrier = threading.Barrier(DUPLICATES + 1)

        def send(client):
            barrier.wait()
            try:
                return self._send(client, key, body, is_upload)
            except requests.RequestException as error:
                if kill_after is None:
                    raise Violation(f"{key}: no answer: {error!r}") from error
                return None

        waiting = [self.pool.submit(send, client) for client in self.clients]
        barrier.wait()
        if kill_after is not None:
            time.sleep(kill_after)
            self.server.kill()
        answers = [answer for answer in (future.result() for future in waiting) if answer is not None]
        if kill_after is not None:
            self.server.start()
            self._connect()
        return answers

    @staticmethod
    def _send(client, key, body, is_upload):
        headers = {"Idempotency-Key": key}
        if is_upload:
            return client.post("/v1/datasets", data=body, headers={**headers, "Content-Type": "text/csv"})
        return client.post("/v1/jobs", json=body, headers=headers)

    def check_all(self):
        """That nothing is there but what the keys have made, once each."""
        client = self.server.client
        for what, made in self.made.items():
            listed, after = [], ""
            while True:
                page = client.get(f"/v1/{what}?limit=100{after}").json()
                listed += [element["id"] for element in page["data"]]
                if not page["has_more"]:
                    break
                after = f"&after={listed[-1]}"
            require(sorted(listed) == sorted(made), f"{len(made)} keys have made {len(listed)} {what}")


def main():
    campaign = Campaign("idempotency", __doc__, rounds=10_000, plants=["ignored-keys"])
    keys = Keys(campaign)

    def attempt(number, check):
        try:
            check()
        except AssertionError as error:
            campaign.found(error, f"--first {number} --rounds 1")

    def round(_, number):
        attempt(number, lambda: keys.round(number))
        campaign.finished()

    campaign.lanes(1, round)
    attempt(0, keys.check_all)
    keys.server.kill()
    campaign.end()


if __name__ == "__main__":
    main()
