"""/metrics as Prometheus' own parser reads it, and /readyz."""

import sqlite3
import time

from prometheus_client.parser import text_string_to_metric_families

from harness.bodies import make_job, make_long_job
from harness.raw import exchange_bytes


def scrape(client):
    """Family by name, as `prometheus_client` reads them."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(response.text))
    names = [family.name for family in families]
    assert len(set(names)) == len(names)
    return {family.name: family for family in families}


def value(families, name, /, suffix="", **labels):
    """The one sample with these labels; 0 where there is none."""
    family = name.removesuffix("_total")
    wanted = name + suffix
    found = [sample.value for sample in families[family].samples if sample.name == wanted and sample.labels.items() >= labels.items()]
    assert len(found) <= 1
    return found[0] if found else 0


def until(client, condition, timeout=20):
    deadline = time.monotonic() + timeout
    while not condition(families := scrape(client)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return families


def test_every_family_has_help_a_type_and_a_name_in_prometheus_style(client):
    client.train(make_job())
    for name, family in scrape(client).items():
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), name
        assert name.startswith(("espalier_", "process_")), name
        assert not any(word in name.split("_") for word in ("ms", "milliseconds", "kb", "mb", "minutes", "percent")), name
        assert all(sample.value == sample.value for sample in family.samples), name
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples), name


def test_histograms_add_up(client):
    client.train(make_job())
    for name, family in scrape(client).items():
        if family.type != "histogram":
            continue
        series = {}
        for sample in family.samples:
            labels = tuple(sorted((key, text) for key, text in sample.labels.items() if key != "le"))
            series.setdefault(labels, []).append(sample)
        for samples in series.values():
            buckets = [sample for sample in samples if sample.name.endswith("_bucket")]
            counts = [sample.value for sample in buckets]
            assert counts == sorted(counts) and buckets[-1].labels["le"] == "+Inf"
            assert counts[-1] == next(sample.value for sample in samples if sample.name.endswith("_count"))


def test_requests_are_counted_by_route_and_status(start_server):
    client = start_server().client
    id = client.train(make_job())["id"]
    before = scrape(client)
    polled = {"method": "GET", "route": "/v1/jobs/{id}"}
    for _ in range(5):
        client.get(f"/v1/jobs/{id}")
    for _ in range(3):
        client.get("/v1/jobs/job_000000000000000000000000")
    client.request("HEAD", f"/v1/jobs/{id}")
    client.get("/nowhere")
    client.request("PUT", "/livez")
    families = scrape(client)

    def more(name, **labels):
        return value(families, name, **labels) - value(before, name, **labels)

    requests = "espalier_http_requests_total"
    assert more(requests, status="200", **polled) == 5 and more(requests, status="404", **polled) == 3
    assert more(requests, status="200", method="HEAD", route="/v1/jobs/{id}") == 1
    assert more(requests, method="other", route="none", status="404") == 1 and more(requests, method="other", route="none", status="405") == 1
    duration = "espalier_http_request_duration_seconds"
    assert value(families, duration, "_count", **polled) - value(before, duration, "_count", **polled) == 9
    assert more("espalier_http_response_body_bytes_total") > 1000
    assert value(families, "espalier_http_requests_in_flight") >= 1 and value(families, "espalier_http_connections") >= 1


def test_malformed_requests_are_counted(start_server):
    server = start_server()
    exchange_bytes(server.address, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    until(server.client, lambda families: value(families, "espalier_http_requests_total", method="other", route="none", status="400") == 1)


def test_jobs_are_counted_by_state_and_by_how_they_ended(start_server):
    client = start_server(workers=1).client
    for _ in range(3):
        client.train(make_job())
    long = client.submit(make_long_job())["id"]
    client.wait(long, until={"running"})
    queued = client.submit(make_job())["id"]
    families = until(client, lambda families: value(families, "espalier_queue_oldest_seconds") > 0)
    assert value(families, "espalier_jobs", status="succeeded") == 3
    assert value(families, "espalier_jobs", status="running") == 1 and value(families, "espalier_jobs", status="queued") == 1
    assert value(families, "espalier_workers") == 1 and value(families, "espalier_workers_busy") == 1
    given_up = client.submit(make_job())["id"]
    client.cancel(given_up)
    client.cancel(given_up)
    client.cancel(long)
    client.wait(queued)
    families = until(client, lambda families: value(families, "espalier_jobs_finished_total", status="succeeded", stop_reason="completed") == 4)
    assert value(families, "espalier_jobs_finished_total", status="cancelled", stop_reason="cancelled") == 2
    assert value(families, "espalier_queue_oldest_seconds") == 0


def test_ways_to_end_are_there_before_a_job_has_ended_so(start_server):
    samples = scrape(start_server().client)["espalier_jobs_finished"].samples
    assert {tuple(sample.labels.values()) for sample in samples} == {
        ("succeeded", "completed"), ("succeeded", "early_stopping"), ("succeeded", "time_limit"), ("cancelled", "cancelled"),
        ("failed", "diverged"), ("failed", "alarm"), ("failed", "none")}
    assert all(sample.value == 0 for sample in samples)


def test_what_becomes_of_the_jobs_of_a_process_that_ended_is_counted_and_logged(start_server):
    # Without checkpoints none of its starts is forgiven.
    server = start_server(workers=1, options=["--checkpoint-seconds", "300"])
    assert {sample.labels["outcome"]: sample.value for sample in scrape(server.client)["espalier_recovered_jobs"].samples} == {
        "requeued": 0, "cancelled": 0, "failed": 0}
    id = server.client.submit(make_long_job())["id"]
    for kills in (1, 2, 3):
        server.client.wait(id, until={"running"})
        server.kill()
        server.start()
        families = scrape(server.client)
        assert value(families, "espalier_recovered_jobs", outcome="requeued") == (kills < 3)
        assert value(families, "espalier_recovered_jobs", outcome="failed") == (kills == 3)
    assert server.client.wait(id)["status"] == "failed"
    server.wait_for_log(f"error job finished code=internal job={id}")
    told = [line.split(" ", 1)[1].rstrip() for line in server.log if "the process before" in line]
    again = "info jobs that the process before left: 1 queued again, 0 cancelled, 0 given up for having ended it 3 times cancelled=0 failed=0 requeued=1"
    assert told == [again, again, again.replace("info", "warning").replace("1 queued", "0 queued").replace("0 given", "1 given").replace(
        "failed=0 requeued=1", "failed=1 requeued=0")]


def test_training_is_counted_while_it_goes_on(start_server):
    client = start_server(workers=1).client
    job = make_job(training={"epochs": 50, "batch_size": 4})
    done = client.train(job)
    rows = done["settings"]["data"]["rows"]["train"]
    families = scrape(client)
    assert value(families, "espalier_training_epochs_total") == 50
    assert value(families, "espalier_training_examples_total") == 50 * rows
    assert value(families, "espalier_training_steps_total") == 50 * -(-rows // 4)
    long = client.submit(make_long_job())["id"]
    client.wait(long, until={"running"})
    first = until(client, lambda families: value(families, "espalier_training_examples_total") > 50 * rows)
    until(client, lambda families: value(families, "espalier_training_examples_total") > value(first, "espalier_training_examples_total"))
    assert value(scrape(client), "espalier_training_seconds_total") > 0


def test_checkpoints_commits_and_fsyncs_are_counted(start_server):
    client = start_server(workers=1, options=["--checkpoint-seconds", "0.05"]).client
    client.wait(client.submit(make_long_job())["id"], until={"running"})
    families = until(client, lambda families: value(families, "espalier_checkpoint_duration_seconds", "_count") >= 2)
    assert value(families, "espalier_checkpoint_bytes_total") > 100 and value(families, "espalier_checkpoint_errors_total") == 0
    assert value(families, "espalier_store_commit_duration_seconds", "_count") >= 2 and value(families, "espalier_store_writes_total") >= 2
    assert value(families, "espalier_file_fsync_duration_seconds", "_count") >= 4 and value(families, "espalier_file_fsync_errors_total") == 0
    assert value(families, "espalier_store_errors_total") == 0


def test_the_process_the_disk_and_the_build_are_described(client):
    families = scrape(client)
    now = time.time()
    assert now - 86_400 < value(families, "process_start_time_seconds") < now + 1
    assert value(families, "process_resident_memory_bytes") > 1 << 20 and value(families, "process_open_fds") > 5
    assert 0 < value(families, "espalier_disk_free_bytes") <= value(families, "espalier_disk_size_bytes")
    assert value(families, "espalier_build_info", kernels=families["espalier_build_info"].samples[0].labels["kernels"]) == 1


def test_who_listens_to_events_is_counted(start_server):
    server = start_server(workers=1)
    id = server.client.submit(make_long_job())["id"]
    with server.new_client().session.get(f"{server.client.url}/v1/jobs/{id}/events", headers={"Accept": "text/event-stream"}, stream=True, timeout=20) as stream:
        next(stream.iter_lines())
        until(server.client, lambda families: value(families, "espalier_http_event_streams") == 1)
        server.client.cancel(id)
        for _ in stream.iter_lines():
            pass
    until(server.client, lambda families: value(families, "espalier_http_event_streams") == 0)


def test_readiness_names_its_checks(client):
    answer = client.get("/readyz").json()
    assert answer == {"status": "ok", "checks": [{"name": name, "ok": True, "detail": None} for name in ("store", "disk", "workers", "keys")]}


def test_no_readiness_without_a_store_that_can_be_written(start_server):
    server = start_server()
    assert server.client.get("/readyz").status_code == 200
    # Another program that writes for ever keeps the service from writing.
    other = sqlite3.connect(server.directory / "espalier.sqlite", isolation_level=None, timeout=20)
    try:
        other.execute("BEGIN IMMEDIATE")
        deadline = time.monotonic() + 60
        while (response := server.client.get("/readyz")).status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        store = next(check for check in response.json()["checks"] if check["name"] == "store")
        assert not store["ok"] and store["detail"] and int(response.headers["Retry-After"]) >= 1
        assert server.client.get("/livez").status_code == 200
        other.execute("ROLLBACK")
        while server.client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        other.close()
