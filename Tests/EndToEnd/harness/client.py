"""A client whose every answer has been held against openapi.yaml before a test sees it."""

import json
import time

import requests

from harness.contract import Contract

CONTRACT = Contract()
FINISHED = {"succeeded", "failed", "cancelled"}


class Client:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def request(self, method, path, *, timeout=100, **arguments):
        response = self.session.request(method, self.url + path, timeout=timeout, allow_redirects=False, **arguments)
        CONTRACT.check(method, path.split("?")[0], response)
        return response

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.request("POST", path, **arguments)

    def delete(self, path, **arguments):
        return self.request("DELETE", path, **arguments)

    def post_text(self, path, text, media_type="application/json", **arguments):
        return self.post(path, data=text, headers={"Content-Type": media_type}, **arguments)

    # Jobs

    def submit(self, body):
        """Submits a job that must be accepted."""
        response = self.post("/v1/jobs", json=body)
        assert response.status_code == 202, response.text
        job = response.json()
        assert response.headers["Location"] == f"/v1/jobs/{job['id']}"
        return job

    def job(self, id):
        response = self.get(f"/v1/jobs/{id}")
        assert response.status_code == 200, response.text
        return response.json()

    def wait(self, id, *, until=FINISHED, timeout=200, every=0.01):
        """Polls until the job's status is one of `until`."""
        deadline = time.monotonic() + timeout
        while True:
            job = self.job(id)
            if job["status"] in until:
                return job
            assert job["status"] not in FINISHED, f"{id} ended as {job['status']}, not {until}: {job['error']}"
            assert time.monotonic() < deadline, f"{id} is {job['status']} after {timeout} s, not {until}"
            time.sleep(every)

    def train(self, body, timeout=200):
        """Submits a job that must succeed, and waits for it."""
        job = self.wait(self.submit(body)["id"], timeout=timeout)
        assert job["status"] == "succeeded", job["error"]
        return job

    def cancel(self, id):
        return self.post(f"/v1/jobs/{id}/cancel")

    def weights(self, id):
        return json.loads(self.weights_bytes(id))

    def weights_bytes(self, id):
        response = self.get(f"/v1/jobs/{id}/weights")
        assert response.status_code == 200, response.text
        return response.content

    def history(self, id):
        response = self.get(f"/v1/jobs/{id}/history")
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def events(self, id):
        response = self.get(f"/v1/jobs/{id}/events")
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def predict(self, id, rows):
        response = self.post(f"/v1/jobs/{id}/predictions", json={"x": rows})
        assert response.status_code == 200, response.text
        return response.json()

    # Sweeps

    def submit_sweep(self, body):
        """Submits a sweep that must be accepted."""
        response = self.post("/v1/sweeps", json=body)
        assert response.status_code == 202, response.text
        sweep = response.json()
        assert response.headers["Location"] == f"/v1/sweeps/{sweep['id']}"
        return sweep

    def sweep(self, id):
        response = self.get(f"/v1/sweeps/{id}")
        assert response.status_code == 200, response.text
        return response.json()

    def wait_sweep(self, id, *, until=lambda sweep: sweep["status"] in FINISHED, timeout=200, every=0.02):
        """Polls until the sweep is as `until` wants it."""
        deadline = time.monotonic() + timeout
        while not until(sweep := self.sweep(id)):
            assert time.monotonic() < deadline, f"{id} is {sweep['status']} after {timeout} s: {sweep['progress']}"
            time.sleep(every)
        return sweep

    def finished_sweep(self, body, timeout=200):
        """Submits a sweep that must succeed, and waits for it."""
        sweep = self.wait_sweep(self.submit_sweep(body)["id"], timeout=timeout)
        assert sweep["status"] == "succeeded", sweep["error"]
        return sweep

    # Data sets

    def upload(self, content, media_type="text/csv", timeout=200, **parameters):
        """Uploads a data set that must be accepted."""
        response = self.post(
            "/v1/datasets", data=content, headers={"Content-Type": media_type}, params=parameters, timeout=timeout)
        assert response.status_code == 201, response.text
        dataset = response.json()
        assert response.headers["Location"] == f"/v1/datasets/{dataset['id']}"
        return dataset

    # Refusals

    def faults(self, path, body):
        """The faults of a body that must be refused for its content: pointer → detail."""
        response = self.post(path, json=body)
        assert response.status_code == 422, f"{response.status_code}: {response.text[:500]}"
        return {fault["pointer"]: fault["detail"] for fault in response.json()["errors"]}
