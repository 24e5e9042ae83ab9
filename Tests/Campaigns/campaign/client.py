"""A client for many rounds."""

import random

from harness.client import CONTRACT, Client

LARGE = 4_000
SHARE = 0.05


class CampaignClient(Client):
    """Holds refusals against openapi.yaml, and some of the other answers: to check them all would take most of a campaign's time."""

    def request(self, method, path, *, timeout=100, **arguments):
        response = self.session.request(method, self.url + path, timeout=timeout, allow_redirects=False, **arguments)
        if response.status_code >= 400 or (random.random() < SHARE and len(response.content) < LARGE):
            CONTRACT.check(method, path.split("?")[0], response)
        return response
