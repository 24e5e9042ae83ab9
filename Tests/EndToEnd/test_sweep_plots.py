"""Pictures of sweeps: in every form, and their numbers those of the sweep itself."""

import xml.etree.ElementTree as ElementTree

import pytest

from harness.bodies import inline, make_job

TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json"}
SVG = "{http://www.w3.org/2000/svg}"


def sweep(client, name=None, search=None, **members):
    job = make_job(data=inline(rows=60), network={"hidden_layers": [3]}, training={"epochs": 5})
    body = {"name": name, "job": job, "search": search, "seed": 3, **members}
    response = client.post("/v1/sweeps", json=body)
    assert response.status_code == 202, response.text
    id = response.json()["id"]
    while client.get(f"/v1/sweeps/{id}").json()["status"] == "running":
        pass
    return client.get(f"/v1/sweeps/{id}").json()


@pytest.fixture(scope="module")
def sweeps(server):
    lists = {"l2_lambda": [0, 0.1, 1, 10], "activation": ["relu", "tanh"], "hidden_layers": [[], [4, 2]]}
    ranges = {"learning_rate": {"log": {"from": 0.001, "to": 0.1}}, "keep_prob": {"linear": {"from": 0.5, "to": 1}}}
    return {
        "grid": sweep(server.client, "all of them", {"method": "grid", "parameters": lists}),
        "random": sweep(server.client, None, {"method": "random", "trials": 6, "parameters": ranges}, judge={"by": "dev_accuracy", "folds": 2})}


def plot(client, id, name, query="", **headers):
    return client.get(f"/v1/sweeps/{id}/plots/{name}{query}", headers=headers)


CASES = [("grid", "l2_lambda", "log"), ("grid", "activation", "list"), ("grid", "hidden_layers", "list"), ("random", "learning_rate", "log"), ("random", "keep_prob", "linear")]


@pytest.mark.parametrize(("kind", "parameter", "scale"), CASES)
def test_its_numbers_are_those_of_the_sweep(client, sweeps, kind, parameter, scale):
    found = sweeps[kind]
    given = plot(client, found["id"], parameter + ".json").json()
    assert (given["kind"], given["parameter"], given["scale"]) == ("sweep", parameter, scale)
    assert given["points"] == next(curve["points"] for curve in found["curves"] if curve["parameter"] == parameter)
    done = [trial for trial in found["trials"] if trial["state"] == "done"]
    assert len(done) == len(found["trials"]) and given["trials"] == [
        {"trial": trial["number"], "value": trial["parameters"][parameter], "score": trial["score"]} for trial in done]
    for name in ("best", "one_standard_error"):
        choice = found[name]
        assert given[name] == {"trial": choice["trial"], "value": choice["parameters"][parameter], "score": choice["score"]}


@pytest.mark.parametrize(("kind", "parameter", "scale"), CASES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_a_picture_in_the_form_asked_for(client, sweeps, kind, parameter, scale, theme):
    id, query = sweeps[kind]["id"], f"?theme={theme}&width=640&height=480"
    svg, png = (plot(client, id, f"{parameter}.{form}", query) for form in ("svg", "png"))
    assert (svg.status_code, png.status_code) == (200, 200) and png.content[:8] == b"\x89PNG\r\n\x1a\n"
    root = ElementTree.fromstring(svg.content)
    assert (root.get("width"), root.get("height")) == ("640", "480")
    words = root.find(SVG + "desc").text
    assert f"horizontal: {parameter}" in words and ("dev loss" if kind == "grid" else "dev accuracy") in words
    assert root.find(SVG + "title").text == f"Score by {parameter}" + (": all of them" if kind == "grid" else "")
    assert plot(client, id, f"{parameter}.svg", query).content == svg.content


@pytest.mark.parametrize(("accept", "form"), [(None, "svg"), ("image/png", "png"), ("application/json", "json"), ("image/*", "svg")])
def test_accept_chooses_the_form(client, sweeps, accept, form):
    response = plot(client, sweeps["grid"]["id"], "l2_lambda", Accept=accept)
    assert (response.status_code, response.headers["Content-Type"], response.headers["Vary"].split(", ")[0]) == (200, TYPES[form], "Accept")
    assert response.content == plot(client, sweeps["grid"]["id"], f"l2_lambda.{form}").content


def test_a_form_that_there_is_not_is_406(client, sweeps):
    assert plot(client, sweeps["grid"]["id"], "l2_lambda", Accept="text/html").status_code == 406


@pytest.mark.parametrize("name", ["keep_prob", "keep_prob.json", "nothing", "l2_lambda.pdf", ".svg", "l2_lambda.json.svg"])
def test_a_parameter_that_does_not_vary_is_404(client, sweeps, name):
    response = plot(client, sweeps["grid"]["id"], name)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_an_unknown_sweep_is_404(client):
    for id in ("sweep_" + "0" * 24, "x"):
        assert plot(client, id, "l2_lambda").status_code == plot(client, id, "l2_lambda.png").status_code == 404


@pytest.mark.parametrize("query", ["theme=blue", "width=1", "x=1"])
def test_a_look_that_there_is_not_is_422(client, sweeps, query):
    response = plot(client, sweeps["grid"]["id"], "l2_lambda.svg", "?" + query)
    assert response.status_code == 422 and [fault["pointer"] for fault in response.json()["errors"]] == ["/query/" + query.split("=")[0]]


def test_a_sweep_without_a_judged_trial_has_an_empty_picture(client):
    job = make_job(data=inline(rows=60), training={"epochs": 1_000_000})
    id = client.post("/v1/sweeps", json={"job": job, "search": {"parameters": {"l2_lambda": [0, 1], "activation": ["relu"]}}}).json()["id"]
    for parameter in ("l2_lambda", "activation"):
        given = plot(client, id, parameter + ".json").json()
        assert (given["trials"], given["points"], given["best"], given["one_standard_error"]) == ([], [], None, None)
        assert plot(client, id, parameter + ".png").status_code == plot(client, id, parameter + ".svg").status_code == 200
    client.post(f"/v1/sweeps/{id}/cancel")
