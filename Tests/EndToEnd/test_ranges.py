"""Parts of the weights document: an interrupted download goes on where it was."""

import random
import re
import subprocess

import pytest

from harness.bodies import inline, make_job

# Some hundred thousand numbers: the document is written while it is sent.
LARGE = make_job(data=inline(rows=24, features=50), network={"hidden_layers": [400, 300], "batch_norm": True}, training={"epochs": 1})


@pytest.fixture(scope="module", params=["small", "large"])
def model(server, request):
    """The path of a weights document, and the document."""
    job = server.client.train(make_job() if request.param == "small" else LARGE)["id"]
    document = server.client.weights_bytes(job)
    assert (len(document) > 1 << 20) == (request.param == "large")
    return f"/v1/jobs/{job}/weights", document


def part(client, path, given, **headers):
    response = client.get(path, headers={"Range": given, **headers})
    assert response.status_code == 206, response.text[:200]
    assert int(response.headers["Content-Length"]) == len(response.content)
    first, last, length = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers["Content-Range"]).groups())
    assert last - first + 1 == len(response.content)
    return first, response.content, length


def test_any_part_is_the_documents_own(client, model):
    path, document = model
    length = len(document)
    chance = random.Random(7)
    starts = [0, 1, length - 1, 65535, 65536, 65537, *(chance.randrange(length) for _ in range(40))]
    for start in (start for start in starts if start < length):
        for end in {start, min(length - 1, start + chance.randrange(200_000)), length - 1}:
            assert part(client, path, f"bytes={start}-{end}") == (start, document[start:end + 1], length)
        assert part(client, path, f"bytes={start}-") == (start, document[start:], length)
    for count in [1, 100, length - 1, length, length + 1, 10**30]:
        assert part(client, path, f"bytes=-{count}")[1] == document[-count:] if count < length else document
    assert part(client, path, f"bytes=5-{10**30}")[1] == document[5:]


def test_a_range_outside_of_the_document_is_416_and_told_its_length(client, model):
    path, document = model
    for given in [f"bytes={len(document)}-", f"bytes={len(document)}-{len(document) + 5}", "bytes=-0", f"bytes={10**30}-"]:
        response = client.get(path, headers={"Range": given})
        assert response.status_code == 416, given
        assert response.headers["Content-Range"] == f"bytes */{len(document)}"
        assert response.json()["code"] == "unsatisfiable_range"


def test_what_is_no_single_range_of_bytes_gets_the_whole(client, model):
    path, document = model
    for given in ["", "bytes", "bytes=", "bytes=5-3", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes=--5", "bytes=0x0-1"]:
        response = client.get(path, headers={"Range": given})
        assert (response.status_code, response.content) == (200, document), given
        assert response.headers["Accept-Ranges"] == "bytes"


def test_a_part_belongs_to_the_document_that_the_client_began_with(client, model):
    path, document = model
    tag = client.request("HEAD", path).headers["ETag"]
    assert part(client, path, "bytes=10-19", **{"If-Range": tag})[1] == document[10:20]
    for other in ['"other"', f"W/{tag}", tag.strip('"'), "Fri, 27 Nov 2026 19:00:00 GMT"]:
        response = client.get(path, headers={"Range": "bytes=10-19", "If-Range": other})
        assert (response.status_code, response.content) == (200, document), other
    # Who has all of it needs no part.
    assert client.get(path, headers={"Range": "bytes=10-19", "If-None-Match": tag}).status_code == 304
    assert part(client, path, "bytes=10-19", **{"If-None-Match": '"other"'})[1] == document[10:20]


def test_head_tells_the_length_and_no_part(client, model):
    path, document = model
    response = client.request("HEAD", path, headers={"Range": "bytes=10-19"})
    assert (response.status_code, response.headers["Accept-Ranges"]) == (200, "bytes")
    plain = client.request("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert int(plain.headers["Content-Length"]) == len(document)


def test_curl_goes_on_with_a_download_that_broke_off(server, client, model, tmp_path):
    path, document = model
    for have in [0, 1, 1000, len(document) // 2, len(document) - 1]:
        target = tmp_path / f"weights-{have}"
        target.write_bytes(document[:have])
        subprocess.run(["curl", "-sS", "--fail", "-C", "-", "-o", target, server.client.url + path], check=True, timeout=60)
        assert target.read_bytes() == document


def test_other_documents_come_whole(client, model):
    path, _ = model
    for other in [path.removesuffix("/weights"), path.replace("weights", "history"), "/openapi.yaml", "/livez"]:
        response = client.get(other, headers={"Range": "bytes=0-1"})
        assert response.status_code == 200 and len(response.content) > 2
        assert "Accept-Ranges" not in response.headers


def test_a_range_of_what_is_not_there_is_refused_like_the_whole(client):
    assert client.get("/v1/jobs/job_000000000000000000000000/weights", headers={"Range": "bytes=0-1"}).status_code == 404
