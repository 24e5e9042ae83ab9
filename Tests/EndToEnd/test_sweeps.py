"""Sweeps: what they find is what a client finds who trains every job alone."""

import statistics
import time

import numpy as np
import pytest

from harness.bodies import altered, blobs, inline, line, make_job, make_long_job
from harness.client import CONTRACT
from harness.forward import outputs
from harness.philox import folds as dealt

EXAMPLES = CONTRACT.document["paths"]["/v1/sweeps"]["post"]["requestBody"]["content"]["application/json"]["examples"]


def overfitting(features=12, seed=8):
    """Few training rows, many features without meaning: a penalty helps, too much of it harms."""
    generator = np.random.default_rng(seed)

    def rows(count):
        x = np.round(generator.normal(size=(count, features)) * 8) / 8
        y = (x[:, 0] - x[:, 1] + generator.normal(size=count) > 0).astype(int)
        return {"x": x.tolist(), "y": y.tolist()}

    return {"train": rows(40), "dev": rows(200), "test": rows(60)}


def make_sweep(parameters=None, job=None, search=None, **members):
    return {
        "job": job or make_job(data=inline(rows=60, split={"train": 0.5, "dev": 0.25, "test": 0.25})),
        "search": {"parameters": parameters or {"l2_lambda": [0, 1, 10]}, **(search or {})},
        "seed": 5, **members}


def make_long_sweep(**members):
    return make_sweep(job=make_long_job(), **members)


def without_ids(sweep):
    """What is the same for every run of a sweep."""
    trials = [{**trial, "rungs": [{**rung, "runs": [run["score"] for run in rung["runs"]]} for rung in trial["rungs"]]} for trial in sweep["trials"]]
    kept = {name: sweep[name] for name in ("status", "stop_reason", "progress", "settings", "curves", "best", "one_standard_error")}
    return {**kept, "trials": trials, "final": {name: value for name, value in sweep["final"].items() if name != "job"}}


def jobs_of(client, sweep, **parameters):
    response = client.get("/v1/jobs", params={"sweep": sweep["id"], "limit": 100, **parameters})
    assert response.status_code == 200, response.text
    return response.json()["data"]


LAMBDA = {"log": {"from": 0.01, "to": 100, "steps": 5}}
OVERFITTING = make_job(data=overfitting(), network={"hidden_layers": [8]}, training={"epochs": 60, "batch_size": "full", "learning_rate": 0.03})


@pytest.fixture(scope="module")
def exhaustive(server):
    """λ → the job with it, each trained by itself."""
    values = [0.01, 0.1, 1, 10, 100]
    return {value: server.client.train(altered(OVERFITTING, "/training/l2_lambda", value)) for value in values}


@pytest.fixture(scope="module")
def grid(server):
    return server.client.finished_sweep(make_sweep({"l2_lambda": LAMBDA}, OVERFITTING))


def test_a_grid_scores_each_value_as_a_job_of_its_own_does(grid, exhaustive):
    assert [trial["parameters"]["l2_lambda"] for trial in grid["trials"]] == list(exhaustive)
    for trial, job in zip(grid["trials"], exhaustive.values()):
        assert trial["state"] == "done"
        assert trial["score"]["mean"] == job["metrics"]["dev"]["loss"]
        assert trial["network_parameters"] == job["parameters"]


def test_its_best_is_the_best_of_an_exhaustive_search_and_becomes_the_final_model(client, grid, exhaustive):
    losses = [job["metrics"]["dev"]["loss"] for job in exhaustive.values()]
    best = int(np.argmin(losses))
    assert 0 < best < 4, "the data has its best λ within the range"
    assert grid["best"]["trial"] == best
    final = client.job(grid["final"]["job"])
    assert grid["final"]["metrics"] == final["metrics"]
    expected = list(exhaustive.values())[best]
    assert final["metrics"] == expected["metrics"]
    assert client.weights_bytes(final["id"]) == client.weights_bytes(expected["id"]), "a final model is a job like any other"
    assert (final["sweep"]["role"], final["settings"]["data"]["rows"]["test"]) == ("final", 60)


def test_no_trial_looks_at_the_test_set(client, grid):
    trials = [job for job in jobs_of(client, grid) if job["sweep"]["role"] == "trial"]
    assert len(trials) == 5
    for job in trials:
        assert job["settings"]["data"]["rows"] == {"train": 40, "dev": 200, "test": 0}
        assert job["metrics"]["test"] is None


def test_the_standard_error_is_that_of_the_losses_of_the_dev_rows(client, grid):
    dev = overfitting()["dev"]
    for trial in grid["trials"]:
        document = client.weights(trial["rungs"][0]["runs"][0]["job"])
        p = outputs(document, dev["x"])[:, 0]
        losses = -np.log(np.where(np.array(dev["y"]) == 1, p, 1 - p))
        assert trial["score"]["mean"] == pytest.approx(losses.mean(), rel=1e-5)
        assert trial["score"]["standard_error"] == pytest.approx(losses.std(ddof=1) / np.sqrt(len(losses)), rel=1e-5)


def test_the_simplest_within_one_standard_error_has_the_largest_penalty(grid):
    best = grid["best"]["score"]
    within = [trial for trial in grid["trials"] if trial["score"]["mean"] <= best["mean"] + best["standard_error"]]
    assert grid["one_standard_error"]["trial"] == max(within, key=lambda trial: trial["parameters"]["l2_lambda"])["number"]
    assert len(within) > 1, "nothing to choose from"


def test_the_curve_of_one_parameter_is_its_trials(grid):
    (curve,) = grid["curves"]
    assert (curve["parameter"], curve["scale"]) == ("l2_lambda", "log")
    assert [(point["value"], point["mean"], point["standard_error"], point["trials"]) for point in curve["points"]] == [
        (trial["parameters"]["l2_lambda"], trial["score"]["mean"], trial["score"]["standard_error"], 1) for trial in grid["trials"]]


@pytest.mark.parametrize("method", ["random", "bayesian"])
def test_a_search_of_all_lambdas_ends_within_a_step_of_the_grid(client, grid, method):
    parameters = {"l2_lambda": {"log": {"from": 0.01, "to": 100}}}
    sweep = client.finished_sweep(make_sweep(parameters, OVERFITTING, {"method": method, "trials": 24}))
    found, expected = (np.log10(one["best"]["parameters"]["l2_lambda"]) for one in (sweep, grid))
    assert abs(found - expected) <= 1
    assert sweep["best"]["score"]["mean"] <= grid["best"]["score"]["mean"] + 1e-3
    assert len({trial["parameters"]["l2_lambda"] for trial in sweep["trials"]}) == 24


def test_a_bayesian_search_beats_a_random_one_on_one_budget_over_twenty_seeds(client):
    job = altered(OVERFITTING, "/training/epochs", 30)
    parameters = {"l2_lambda": {"log": {"from": 1e-3, "to": 1e3}}, "learning_rate": {"log": {"from": 1e-5, "to": 1}}}
    bodies = {(method, seed): {**make_sweep(parameters, job, {"method": method, "trials": 20}), "seed": seed} for method in ("random", "bayesian") for seed in range(20)}
    ids = {key: client.submit_sweep(body)["id"] for key, body in bodies.items()}
    best = {key: client.wait_sweep(id, timeout=120)["best"]["score"]["mean"] for key, id in ids.items()}
    random, bayesian = ([best[method, seed] for seed in range(20)] for method in ("random", "bayesian"))
    assert statistics.median(bayesian) < statistics.median(random)


@pytest.mark.parametrize(("by", "data", "spread"), [
    ("dev_accuracy", None, lambda score, job: np.sqrt(score * (1 - score) / 15)),
    ("dev_rmse", line(rows=60, split={"train": 0.5, "dev": 0.25, "test": 0.25}), None)])
def test_a_trial_is_judged_by_what_was_asked_for(client, by, data, spread):
    job = make_job(data=data or inline(rows=60, split={"train": 0.5, "dev": 0.25, "test": 0.25}))
    sweep = client.finished_sweep(make_sweep({"l2_lambda": [0, 3]}, job, judge={"by": by}))
    for trial in sweep["trials"]:
        alone = client.train(altered(job, "/training/l2_lambda", trial["parameters"]["l2_lambda"]))
        score = alone["metrics"]["dev"][by.removeprefix("dev_")]
        assert trial["score"]["mean"] == score
        if spread:
            assert trial["score"]["standard_error"] == pytest.approx(spread(score, alone), rel=1e-9)
        else:
            assert 0 < trial["score"]["standard_error"] < score
    means = [trial["score"]["mean"] for trial in sweep["trials"]]
    assert sweep["best"]["score"]["mean"] == (max(means) if by == "dev_accuracy" else min(means))


def test_scores_of_folds_are_those_of_jobs_on_the_folds_as_sets_of_their_own(client):
    x, y = blobs(rows=31, classes=3, features=3, seed=2)
    job = make_job(data={"x": x, "y": y, "split": {"train": 1}}, training={"epochs": 8, "seed": 77, "batch_size": 8})
    sweep = client.finished_sweep(make_sweep({"keep_prob": [0.8, 1]}, job, judge={"folds": 4, "repeats": 2}))
    parts = [part for repetition in (0, 1) for part in dealt(y, 4, 77, repetition)]
    assert sorted(map(len, parts[:4])) == [7, 8, 8, 8] and parts[:4] != parts[4:]
    for trial in sweep["trials"]:
        scores = []
        for part, run in zip(parts, trial["rungs"][0]["runs"], strict=True):
            rest = [row for row in range(31) if row not in part]
            sets = {name: {"x": [x[row] for row in rows], "y": [y[row] for row in rows]} for name, rows in (("train", rest), ("dev", part))}
            alone = client.train(altered({**job, "data": {**sets, "task": "multiclass"}}, "/network/keep_prob", trial["parameters"]["keep_prob"]))
            assert run["score"] == alone["metrics"]["dev"]["loss"]
            scores.append(run["score"])
        assert trial["score"]["mean"] == pytest.approx(statistics.mean(scores), rel=1e-12)
        assert trial["score"]["standard_error"] == pytest.approx(statistics.stdev(scores) / np.sqrt(8), rel=1e-9)


DETERMINED = [
    make_sweep({"l2_lambda": {"log": {"from": 0.01, "to": 10}}, "hidden_layers": [[3], [5, 2]]}, search={"method": "bayesian", "trials": 16}, judge={"folds": 2}),
    make_sweep({"learning_rate": {"log": {"from": 1e-4, "to": 1}}}, make_job(data=inline(rows=60, split={"train": 0.5, "dev": 0.5}), training={"epochs": 18}),
               {"method": "random", "trials": 9}, halving={"min_epochs": 2}, refit=True)]


@pytest.mark.parametrize("body", DETERMINED, ids=["bayesian", "halving"])
def test_one_worker_and_two_give_the_same_answer(start_server, body):
    one, two = (without_ids(start_server(workers=workers).client.finished_sweep(body)) for workers in (1, 2))
    assert one == two
    other = without_ids(start_server(workers=2).client.finished_sweep({**body, "seed": 6}))
    assert [trial["parameters"] for trial in other["trials"]] != [trial["parameters"] for trial in one["trials"]]


@pytest.mark.timeout(480)
@pytest.mark.parametrize("method", ["grid", "bayesian"])
def test_a_sweep_killed_again_and_again_ends_as_an_undisturbed_one(start_server, server, method):
    search = {"method": method, **({"trials": 12} if method == "bayesian" else {})}
    job = make_job(data=inline(rows=80, split={"train": 0.5, "dev": 0.5}), training={"epochs": 1500, "history_every": 1500})
    body = make_sweep({"l2_lambda": {"log": {"from": 0.01, "to": 10, "steps": 12}}}, job, search)
    undisturbed = server.client.finished_sweep(body, timeout=120)
    victim = start_server(workers=2)
    id = victim.client.submit_sweep(body)["id"]
    for done in (2, 5, 9):
        victim.client.wait_sweep(id, until=lambda sweep: sweep["progress"]["jobs_done"] >= done or sweep["status"] != "running")
        victim.kill()
        victim.start()
    sweep = victim.client.wait_sweep(id, timeout=120)
    assert without_ids(sweep) == without_ids(undisturbed)
    jobs = jobs_of(victim.client, sweep)
    assert len(jobs) == 13, "no trial is lost and none is run twice"


def test_halving_drops_the_hopeless_and_saves_epochs(client):
    job = make_job(data=inline(rows=60, split={"train": 0.5, "dev": 0.5}), training={"epochs": 90})
    sweep = client.finished_sweep(make_sweep(
        {"learning_rate": [1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 2e-2, 1e-7, 1e-8]}, job, halving={"eta": 3, "min_epochs": 10}))
    assert sweep["settings"]["halving"] == {"eta": 3, "min_epochs": 10}
    epochs = [[rung["epochs"] for rung in trial["rungs"]] for trial in sweep["trials"]]
    assert sorted(map(len, epochs)) == [1] * 6 + [2] * 2 + [3]
    assert max(epochs, key=len) == [10, 30, 90]
    assert [trial["state"] for trial in sweep["trials"]].count("dropped") == 8
    ranked = sorted(sweep["trials"], key=lambda trial: trial["rungs"][0]["score"]["mean"])
    assert {trial["number"] for trial in ranked[:3]} == {trial["number"] for trial in sweep["trials"] if len(trial["rungs"]) > 1}
    trained = sum(job["progress"]["epoch"] for job in jobs_of(client, sweep) if job["sweep"]["role"] == "trial")
    assert trained == 9 * 10 + 3 * 30 + 90 < 9 * 90
    assert sweep["best"]["trial"] == next(trial["number"] for trial in sweep["trials"] if trial["state"] == "done")
    alone = client.train(altered(job, "/training/learning_rate", sweep["best"]["parameters"]["learning_rate"]))
    assert sweep["best"]["score"]["mean"] == alone["metrics"]["dev"]["loss"]


def test_a_trial_that_diverges_is_the_worst_and_no_more(client):
    job = make_job(data=line(rows=60, split={"train": 0.5, "dev": 0.5}), network={"activation": "identity"}, training={"optimizer": "sgd", "epochs": 400})
    sweep = client.finished_sweep(make_sweep({"learning_rate": [1_000_000, 0.01]}, job))
    assert [trial["state"] for trial in sweep["trials"]] == ["failed", "done"]
    assert sweep["trials"][0]["score"] is None and sweep["best"]["trial"] == 1
    hopeless = client.wait_sweep(client.submit_sweep(make_sweep({"learning_rate": [1_000_000, 900_000]}, job))["id"])
    assert (hopeless["status"], hopeless["error"]["code"], hopeless["final"]) == ("failed", "diverged", None)


def test_a_sweep_whose_trials_an_alarm_ended_names_the_alarm(client):
    x = [[n % 7, 5 * (n % 2)] for n in range(80)]
    job = make_job(
        data={"x": x, "y": [n % 2 for n in range(80)], "split": {"train": 0.5, "dev": 0.5}}, training={"stop_on": ["target_leak"]})
    sweep = client.wait_sweep(client.submit_sweep(make_sweep({"l2_lambda": [0, 1]}, job))["id"])
    assert (sweep["status"], sweep["error"]["code"], sweep["final"]) == ("failed", "alarm", None)
    assert sweep["error"]["detail"].startswith("An alarm of the job's stop_on ended every trial")


def test_the_final_model_trains_on_dev_too_where_that_is_asked_for(client):
    job = make_job(data=overfitting(), training={"epochs": 500, "learning_rate": 0.05, "early_stopping": {"patience": 5}})
    sweep = client.finished_sweep(make_sweep({"l2_lambda": [0, 2]}, job, refit=True))
    final = client.job(sweep["final"]["job"])
    assert final["settings"]["data"]["rows"] == {"train": 240, "dev": 0, "test": 60}
    assert final["metrics"]["dev"] is None and sweep["final"]["metrics"]["test"]["loss"] > 0
    trial = client.job(sweep["trials"][sweep["best"]["trial"]]["rungs"][0]["runs"][0]["job"])
    assert trial["stop_reason"] == "early_stopping"
    assert sweep["final"]["epochs"] == max(1, trial["best"]["epoch"])
    assert final["settings"]["training"]["early_stopping"] is None


def test_the_final_model_is_the_simpler_one_where_that_is_asked_for(client, grid):
    sweep = client.finished_sweep(make_sweep({"l2_lambda": LAMBDA}, OVERFITTING, choose="one_standard_error"))
    assert sweep["one_standard_error"] == grid["one_standard_error"]
    settings = client.job(sweep["final"]["job"])["settings"]
    assert settings["training"]["l2_lambda"] == sweep["one_standard_error"]["parameters"]["l2_lambda"]


def test_a_sweep_over_an_uploaded_set_outlives_the_set(client):
    x, y = blobs(rows=60)
    dataset = client.upload("a,b,y\n" + "".join(f"{a},{b},{label}\n" for (a, b), label in zip(x, y)))["id"]
    job = make_job(data={"dataset": dataset, "target": "y"}, training={"epochs": 300})
    sweep = client.submit_sweep(make_sweep({"l2_lambda": [0, 1, 2, 3, 4, 5, 6, 7]}, job))
    assert client.delete(f"/v1/datasets/{dataset}").status_code == 204
    assert client.wait_sweep(sweep["id"])["status"] == "succeeded"


def test_cancelling_stops_all_jobs_of_a_sweep(client):
    id = client.submit_sweep(make_long_sweep())["id"]
    client.wait_sweep(id, until=lambda sweep: any(run["status"] == "running" for trial in sweep["trials"] for run in trial["rungs"][0]["runs"]))
    response = client.post(f"/v1/sweeps/{id}/cancel")
    assert response.status_code == 202 and response.json()["status"] == "cancelling"
    sweep = client.wait_sweep(id)
    assert (sweep["status"], sweep["stop_reason"], sweep["final"], sweep["best"]) == ("cancelled", "cancelled", None, None)
    assert {job["status"] for job in jobs_of(client, sweep)} == {"cancelled"}
    assert {trial["state"] for trial in sweep["trials"]} == {"skipped"}
    again = client.post(f"/v1/sweeps/{id}/cancel")
    assert again.status_code == 200 and again.json() == sweep


def test_when_the_seconds_are_over_the_answer_is_made_of_what_is_there(start_server):
    client = start_server(workers=1).client
    job = make_job(data=inline(rows=60, split={"train": 0.5, "dev": 0.5}))
    sweep = client.finished_sweep(make_sweep({"epochs": [5, 10_000_000]}, job, max_seconds=1.5))
    assert (sweep["stop_reason"], sweep["best"]["trial"]) == ("time_limit", 0)
    assert [trial["state"] for trial in sweep["trials"]] == ["done", "skipped"]
    assert client.job(sweep["final"]["job"])["settings"]["training"]["epochs"] == 5


def test_with_nothing_done_in_time_a_sweep_fails(client):
    id = client.submit_sweep(make_long_sweep(max_seconds=0.2))["id"]
    sweep = client.wait_sweep(id)
    assert (sweep["status"], sweep["stop_reason"], sweep["error"]["code"]) == ("failed", "time_limit", "invalid_content")


def test_a_sweep_is_forgotten_with_its_jobs_once_it_has_ended(client):
    id = client.submit_sweep(make_long_sweep())["id"]
    client.wait_sweep(id, until=lambda sweep: sweep["trials"][0]["rungs"][0]["runs"][0]["job"] is not None)
    refused = client.delete(f"/v1/sweeps/{id}")
    assert refused.status_code == 409 and "running" in refused.json()["detail"]
    client.post(f"/v1/sweeps/{id}/cancel")
    jobs = jobs_of(client, client.wait_sweep(id))
    assert client.delete(f"/v1/jobs/{jobs[0]['id']}").status_code == 409, "a job of a sweep goes with that"
    assert client.delete(f"/v1/sweeps/{id}").status_code == 204
    for path in [f"/v1/sweeps/{id}", *(f"/v1/jobs/{job['id']}" for job in jobs)]:
        assert client.get(path).status_code == 404
    assert client.delete(f"/v1/sweeps/{id}").status_code == 404


def test_a_finished_sweep_cannot_be_cancelled(client, grid):
    response = client.post(f"/v1/sweeps/{grid['id']}/cancel")
    assert response.status_code == 409 and "succeeded" in response.json()["detail"]


def test_jobs_tell_their_sweep_and_are_listed_by_it(client, grid):
    jobs = jobs_of(client, grid)
    assert len(jobs) == 6 == grid["progress"]["jobs_planned"] == grid["progress"]["jobs_done"]
    places = {(job["sweep"]["id"], job["sweep"]["role"], job["sweep"]["trial"], job["sweep"]["rung"], job["sweep"]["fold"]) for job in jobs}
    assert places == {(grid["id"], "trial", number, 0, 0) for number in range(5)} | {(grid["id"], "final", None, None, None)}
    assert {run["job"] for trial in grid["trials"] for run in trial["rungs"][0]["runs"]} | {grid["final"]["job"]} == {job["id"] for job in jobs}
    plain = client.train(make_job())
    assert plain["sweep"] is None
    outside = client.get("/v1/jobs", params={"sweep": "none", "limit": 100}).json()["data"]
    assert plain["id"] in {job["id"] for job in outside} and all(job["sweep"] is None for job in outside)
    assert jobs_of(client, grid, status="failed") == []
    named = client.finished_sweep(make_sweep({"l2_lambda": [0]}, make_job(name="a job"), name="a sweep", judge={"folds": 2}))
    assert (named["name"], {job["name"] for job in jobs_of(client, named)}) == ("a sweep", {"a job"})
    for word in ("x", "sweep_", ""):
        response = client.get("/v1/jobs", params={"sweep": word})
        assert response.status_code == 422 and response.json()["errors"][0]["pointer"] == "/query/sweep"


def test_sweeps_are_listed_newest_first(start_server):
    client = start_server().client
    ids = [client.finished_sweep(make_sweep(name=f"number {n}"))["id"] for n in range(3)][::-1]
    page = client.get("/v1/sweeps", params={"limit": 2}).json()
    assert ([sweep["id"] for sweep in page["data"]], page["has_more"]) == (ids[:2], True)
    rest = client.get("/v1/sweeps", params={"after": ids[1]}).json()
    assert ([sweep["name"] for sweep in rest["data"]], rest["has_more"]) == (["number 0"], False)
    assert client.get("/v1/sweeps", params={"status": "running"}).json()["data"] == []
    assert len(client.get("/v1/sweeps", params={"status": "succeeded"}).json()["data"]) == 3


def test_others_get_their_turn_beside_a_sweep(start_server):
    client = start_server(workers=1).client
    job = make_job(data=inline(rows=400, features=10, split={"train": 0.5, "dev": 0.5}), network={"hidden_layers": [32, 32]}, training={"epochs": 200})
    sweep = client.submit_sweep(make_sweep({"l2_lambda": {"linear": {"from": 0, "to": 10, "steps": 60}}}, job))
    client.train(make_job())
    progress = client.sweep(sweep["id"])["progress"]
    assert progress["jobs_done"] < 20, "a job waited for a whole sweep"
    client.post(f"/v1/sweeps/{sweep['id']}/cancel")
    client.wait_sweep(sweep["id"])


def test_the_settings_are_answered_resolved(client, grid):
    settings = grid["settings"]
    assert settings["search"] == {"method": "grid", "parameters": {"l2_lambda": LAMBDA}, "trials": 5, "batch": None}
    assert settings["judge"] == {"by": "dev_loss", "folds": None, "repeats": 1}
    assert (settings["halving"], settings["max_jobs"], settings["max_seconds"], settings["seed"], settings["choose"], settings["refit"]) == (None, 100, None, 5, "best", False)
    assert settings["job"]["training"]["epochs"] == 60 and settings["job"]["data"]["rows"] == {"train": 40, "dev": 200, "test": 60}


def test_all_the_faults_of_a_sweep_come_at_once(client):
    body = make_sweep({"l2_lambda": [0, -1], "colour": [1]}, make_job(training={"epoch": 3}, data={"x": [[1], [2]], "y": [0, 0]}), judge={"by": "luck"}, tidy=True)
    assert client.faults("/v1/sweeps", body).keys() >= {
        "/search/parameters/colour", "/job/training/epoch", "/job/data/y", "/judge/by", "/tidy"}
    assert client.faults("/v1/sweeps", make_sweep({"l2_lambda": [0, -1]})).keys() == {"/search/parameters/l2_lambda/1"}
    assert client.faults("/v1/sweeps", make_sweep(job=make_job(data={"dataset": "ds_000000000000000000000000", "target": "y"}))).keys() == {"/job/data/dataset"}
    assert client.faults("/v1/sweeps", make_sweep(job=make_job(data=inline(rows=40, split={"train": 1})))).keys() == {"/judge"}
    assert client.faults("/v1/sweeps", make_sweep(job=make_job(data=inline(rows=40)), judge={"folds": 33})).keys() == {"/judge/folds"}
    assert client.faults("/v1/sweeps", make_sweep({"hidden_layers": [[4], [1_000_000, 1_000_000]]})).keys() == {"/search/parameters/hidden_layers/1"}


def test_what_is_no_sweep_is_refused_before_it_is_read(client):
    assert client.post_text("/v1/sweeps", "{").status_code == 400
    assert client.post_text("/v1/sweeps", "{}", "text/plain").status_code == 415
    assert client.post("/v1/sweeps", data=iter([])).status_code in (400, 411, 415)
    assert client.faults("/v1/sweeps", []).keys() == {""}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_run(client, name):
    client.finished_sweep(EXAMPLES[name]["value"])
