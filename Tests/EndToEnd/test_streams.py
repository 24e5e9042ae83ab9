"""Events as they happen, and answers that wait."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.bodies import make_job, make_long_job


class Stream:
    """A client of Server-Sent Events, as WHATWG HTML has them."""

    def __init__(self, server, id, after=None):
        headers = {"Accept": "text/event-stream"} | ({} if after is None else {"Last-Event-ID": str(after)})
        self.response = requests.get(f"{server.client.url}/v1/jobs/{id}/events", headers=headers, stream=True, timeout=30)
        self.status = self.response.status_code

    def messages(self):
        fields = {}
        for line in self.response.iter_lines(chunk_size=1, decode_unicode=True):
            if line == "":
                if fields:
                    yield fields
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
        assert not fields, "the stream ended within a message"

    def close(self):
        self.response.close()


def events_of(messages):
    events = []
    for message in messages:
        event = json.loads(message["data"])
        assert message["id"] == str(event["id"]) and message["event"] == event["type"]
        events.append(event)
    return events


def test_a_stream_has_every_event_as_it_happens_and_ends_with_the_job(start_server):
    server = start_server(workers=1)
    id = server.client.submit(make_long_job())["id"]
    stream = Stream(server, id)
    assert stream.status == 200 and stream.response.headers["Content-Type"] == "text/event-stream"
    messages = stream.messages()
    assert [next(messages)["event"] for _ in range(2)] == ["queued", "started"]
    server.client.cancel(id)
    assert [message["event"] for message in messages] == ["cancelling", "cancelled"]


def test_a_stream_of_a_finished_job_is_its_list(client, server):
    id = client.train(make_job())["id"]
    assert events_of(Stream(server, id).messages()) == client.events(id)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_stream_goes_on_after_the_last_event(client, server, after):
    id = client.train(make_job())["id"]
    assert events_of(Stream(server, id, after).messages()) == client.events(id)[after:]


def test_who_has_heard_the_last_event_is_told_not_to_come_again(client, server):
    id = client.train(make_job())["id"]
    assert Stream(server, id, client.events(id)[-1]["id"]).status == 204


def test_json_is_what_one_gets_who_does_not_ask_for_a_stream(client):
    id = client.train(make_job())["id"]
    for accept in ["*/*", "application/json", "text/event-stream;q=0.5, application/json", "image/png"]:
        answer = client.get(f"/v1/jobs/{id}/events", headers={"Accept": accept})
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("last", ["", "x", "-1", "1.5", "9" * 30])
def test_a_last_event_is_a_number(client, last):
    id = client.submit(make_job())["id"]
    answer = client.get(f"/v1/jobs/{id}/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/headers/Last-Event-ID"


def test_a_stream_of_no_job_is_404(client):
    answer = client.get("/v1/jobs/job_000000000000000000000000/events", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 404


def test_random_disconnects_lose_no_event_and_repeat_none(start_server):
    """Many clients that hang up after each event or two and come again with Last-Event-ID."""
    server = start_server(workers=2)
    chance = random.Random(4)

    def follow(seed):
        mine, client = random.Random(seed), server.new_client()
        id = client.submit(make_job(training={"epochs": 2_000}) if seed % 3 else make_long_job())["id"]
        if not seed % 3:
            threading.Timer(mine.uniform(0, 0.5), lambda: server.new_client().cancel(id)).start()
        heard = []
        for _ in range(100):
            stream = Stream(server, id, heard[-1]["id"] if heard else None)
            if stream.status == 204:
                break
            messages, wanted = stream.messages(), mine.randint(1, 3)
            for message in messages:
                heard += events_of([message])
                wanted -= 1
                if wanted == 0:
                    break
            stream.close()
        assert heard == client.events(id) and heard[-1]["type"] in ("succeeded", "cancelled")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(follow, chance.sample(range(1000), 30)))


def test_events_go_on_over_a_restart(start_server):
    server = start_server(workers=1)
    id = server.client.submit(make_long_job())["id"]
    server.client.wait(id, until={"running"})
    first = Stream(server, id)
    messages = first.messages()
    heard = events_of(next(messages) for _ in range(2))
    assert server.terminate(timeout=10) == 0
    server.start()
    stream = Stream(server, id, heard[-1]["id"])
    messages = stream.messages()
    heard += events_of(next(messages) for _ in range(2))
    server.client.cancel(id)
    heard += events_of(messages)
    assert heard == server.client.events(id)
    assert [event["id"] for event in heard] == list(range(1, len(heard) + 1))


def test_many_streams_of_one_job_hear_the_same(start_server):
    server = start_server(workers=1)
    blocker = server.client.submit(make_long_job())["id"]
    server.client.wait(blocker, until={"running"})
    waiting = server.client.submit(make_job())["id"]
    streams = [Stream(server, waiting) for _ in range(40)]
    assert {stream.status for stream in streams} == {200}
    heard = [stream.messages() for stream in streams]
    assert {next(messages)["event"] for messages in heard} == {"queued"}
    server.client.cancel(waiting)
    for messages in heard:
        assert [message["event"] for message in messages] == ["cancelled"]


def test_prefer_wait_answers_when_the_job_ends(start_server):
    server = start_server(workers=1)
    id = server.client.submit(make_long_job())["id"]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.new_client().get, f"/v1/jobs/{id}", headers={"Prefer": "wait=25"})
        server.client.wait(id, until={"running"})
        assert not answer.done()
        server.client.cancel(id)
        job = answer.result(timeout=20)
    assert job.json()["status"] == "cancelled" and job.headers["Preference-Applied"] == "wait=25"


def test_prefer_wait_answers_with_the_job_as_it_is_when_time_is_up(start_server):
    server = start_server(workers=1)
    id = server.client.submit(make_long_job())["id"]
    server.client.wait(id, until={"running"})
    answer = server.client.get(f"/v1/jobs/{id}", headers={"Prefer": "respond-async, wait=1"})
    assert answer.status_code == 200 and answer.json()["status"] == "running"


def test_prefer_wait_does_not_keep_a_finished_job(client):
    id = client.train(make_job())["id"]
    for prefer in ["wait=30", "wait=0", "wait=x", "return=minimal"]:
        assert client.get(f"/v1/jobs/{id}", headers={"Prefer": prefer}).json()["status"] == "succeeded"


def test_those_who_wait_do_not_hold_up_a_stop(start_server):
    server = start_server(workers=1)
    id = server.client.submit(make_long_job())["id"]
    server.client.wait(id, until={"running"})
    stream = Stream(server, id)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.new_client().get, f"/v1/jobs/{id}", headers={"Prefer": "wait=60"})
        time.sleep(0.2)
        assert server.terminate(timeout=10) == 0
        try:
            assert answer.result(timeout=30).status_code in (200, 503)
        except requests.ConnectionError:
            pass
    stream.close()
