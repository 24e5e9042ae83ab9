"""The contract itself: valid, served, and true of its own examples."""

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from harness.bodies import blobs, csv_text
from harness.client import CONTRACT
from harness.contract import PATH

SUBMIT = CONTRACT.document["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["application/json"]["examples"]
REQUESTS = [
    (path, media_type, name)
    for path, item in CONTRACT.document["paths"].items()
    for media_type, content in item.get("post", {}).get("requestBody", {}).get("content", {}).items()
    for name in content.get("examples", {})
]


def test_openapi_yaml_is_a_valid_openapi_document():
    validate(CONTRACT.document)


def test_every_schema_is_a_valid_json_schema():
    for schema in CONTRACT.document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("path", "media_type", "name"), REQUESTS)
def test_every_example_satisfies_its_own_schema(path, media_type, name):
    content = f"/paths/{path.replace('/', '~1')}/post/requestBody/content/{media_type.replace('/', '~1')}"
    example = CONTRACT._at(f"{content}/examples/{name}")["value"]
    assert CONTRACT.errors(example, f"{content}/schema") == []


def test_the_served_contract_is_the_file_in_the_repository(client):
    response = client.get("/openapi.yaml")
    assert response.status_code == 200
    assert response.content == PATH.read_bytes()
    assert yaml.safe_load(response.content) == CONTRACT.document


@pytest.mark.parametrize("name", [name for name in SUBMIT if name != "uploaded"])
def test_the_examples_of_jobs_train(client, name):
    client.train(SUBMIT[name]["value"])


def test_the_example_with_an_uploaded_data_set_trains_once_it_has_an_id(client):
    x, y = blobs(rows=40)
    text = csv_text({"x": x, "y": [["setosa", "virginica"][label] for label in y]}, header=["sepal", "petal", "species"])
    body = SUBMIT["uploaded"]["value"]
    body = {**body, "data": {**body["data"], "dataset": client.upload(text)["id"]}}
    client.train(body)


@pytest.mark.parametrize(("path", "media_type", "name"), [request for request in REQUESTS if request[0] == "/v1/datasets"])
def test_the_examples_of_data_sets_upload(client, path, media_type, name):
    value = CONTRACT.document["paths"][path]["post"]["requestBody"]["content"][media_type]["examples"][name]["value"]
    if media_type == "application/json":
        assert client.post(path, json=value).status_code == 201
    else:
        client.upload(value, media_type)


def test_the_example_of_a_gradient_check_is_correct(client):
    content = CONTRACT.document["paths"]["/v1/gradient-checks"]["post"]["requestBody"]["content"]["application/json"]
    response = client.post("/v1/gradient-checks", json=content["examples"]["check"]["value"])
    assert response.status_code == 200, response.text
    assert response.json()["verdict"] == "correct"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_server_that_is_up_says_so(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
