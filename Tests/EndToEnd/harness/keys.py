"""API keys, made as an operator makes them."""

import subprocess
import time
from types import SimpleNamespace

from harness.client import Client
from harness.server import BINARY


def keys(directory, *arguments, check=True):
    """`espalier keys …` on a data directory."""
    command = [str(BINARY), "keys", *arguments, "--data-dir", str(directory)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=check)


def create(directory, owner, scopes="read,submit", **options):
    """A new key: its `text` and its `id`."""
    more = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    text = keys(directory, "create", "--name", f"{owner}'s", "--owner", owner, "--scopes", scopes, *more).stdout.strip()
    return SimpleNamespace(text=text, id=text.split("_")[1])


def client(server, key):
    """A client of `server` that shows `key`."""
    client = Client(server.client.url)
    client.session.headers["Authorization"] = f"Bearer {key.text}"
    return client


def shared(server, owners):
    """A server's directory gets a key for each owner and one for an administrator; clients by name, `admin` among them."""
    made = {owner: create(server.directory, owner) for owner in owners}
    made["admin"] = create(server.directory, "operator", "admin")
    await_closed(server)
    clients = {name: await_known(client(server, key)) for name, key in made.items()}
    return SimpleNamespace(**clients)


def await_closed(server):
    """Returns when the server has heard of its first key."""
    deadline = time.monotonic() + 30
    while server.client.get("/v1/jobs").status_code != 401:
        assert time.monotonic() < deadline, "the server never heard of its keys"
        time.sleep(0.02)


def await_known(client):
    """Returns the client when the server has heard of its key."""
    deadline = time.monotonic() + 30
    while client.get("/v1/jobs").status_code == 401:
        assert time.monotonic() < deadline, "the server never heard of a key"
        time.sleep(0.02)
    return client
