"""A full disk refuses, loses nothing, and is forgiven when there is space again."""

import os
import subprocess

import pytest

from harness.bodies import make_job


@pytest.fixture
def small_disk(tmp_path):
    directory = tmp_path / "disk"
    directory.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(directory)], capture_output=True).returncode != 0:
        pytest.skip("mounting a small tmpfs takes root")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)


def test_a_full_disk_is_507_and_works_again_when_there_is_space(small_disk, start_server):
    server = start_server(directory=small_disk)
    client = server.client
    kept = client.train(make_job())
    weights = client.weights_bytes(kept["id"])
    filler = small_disk / "filler"
    # Unbuffered: what a buffer could not get rid of would be tried again on closing.
    with open(filler, "wb", buffering=0) as file:
        with pytest.raises(OSError):
            while True:
                file.write(bytes(1 << 16))
    refused = 0
    for _ in range(3):
        response = client.post_text("/v1/datasets", "a,b,y\n" + "1.5,2.5,0\n2.5,1.5,1\n" * 50_000, "text/csv")
        assert response.status_code == 507 and response.json()["code"] == "insufficient_storage"
        refused += client.post("/v1/jobs", json=make_job()).status_code == 507
    assert refused == 3
    assert client.weights_bytes(kept["id"]) == weights and client.get("/livez").status_code == 200
    filler.unlink()
    client.train(make_job())
    client.upload("a,y\n1,0\n2,1\n")
    server.kill()
    client = server.start().client
    assert client.weights_bytes(kept["id"]) == weights
    assert len(client.get("/v1/jobs").json()["data"]) == 2 and len(client.get("/v1/datasets").json()["data"]) == 1
