"""Illnesses that show in training or in the data: over ten seeds each has its own verdict and alarm and no other, and what the
alarm advises cures it. Those of bias and variance are in test_diagnosis.py."""

import numpy as np
import pytest

from harness.bodies import altered
from test_diagnosis import SEEDS, diagnosis, disc, gaps, halves, job, trained


def deep_sigmoid(random):
    body = job([12] * 10, *(disc(random, rows) for rows in (400, 300, 300)), epochs=60)
    body["network"]["activation"] = "sigmoid"
    return body


def huge_rate(random):
    """The first steps push all units of a layer below 0, and no gradient brings them back."""
    return job([16] * 3, *(disc(random, rows) for rows in (400, 300, 300)), optimizer="sgd", learning_rate=3, epochs=100)


def leaked(random):
    """A column that holds the answer where it is known already, and says nothing of other rows."""
    sets = []
    for rows in (400, 300, 300):
        x, y = disc(random, rows)
        sets.append((np.column_stack([x, random.permutation(y) if sets else y]), y))
    return job([16], *sets)


def duplicated(random):
    """A net too big on few rows, which also make half of the dev and of the test set."""
    train, dev, test = (disc(random, rows, 4, wrong=0.05) for rows in (60, 60, 60))
    dev, test = (tuple(np.concatenate(both) for both in zip(part, train)) for part in (dev, test))
    return job([64, 32], train, dev, test, epochs=300)


def without_leak(body):
    treated = altered(body, "/name", "without the third column")
    for part in treated["data"].values():
        part["x"] = [row[:2] for row in part["x"]]
    return treated


# The verdict, the alarm, how it came about, a part of what the alarm advises, and that as a change of the job.
ILL = {
    "vanishing gradients from depth": (
        "high_bias", "vanishing_gradients", deep_sigmoid, '"activation": "relu"', lambda body: altered(body, "/network/activation", "relu")),
    "dead units from a huge rate": (
        "high_bias", "dead_units", huge_rate, "learning_rate of 0.3", lambda body: altered(body, "/training/learning_rate", 0.3)),
    "a leaked target": ("high_variance", "target_leak", leaked, "features", without_leak),
}


@pytest.mark.parametrize("illness", ILL)
def test_each_illness_has_its_alarm_and_verdict_and_is_cured_by_what_the_alarm_advises(client, illness):
    verdict, alarm, make, advice, treatment = ILL[illness]
    for seed in SEEDS:
        body, sick = trained(client, make, seed)
        found = diagnosis(client, sick["id"])
        raised = [event["data"] for event in client.events(sick["id"]) if event["type"] == "alarm"]
        assert {each["alarm"] for each in raised} == {alarm}, (seed, raised)
        assert advice in raised[0]["suggestion"]
        assert found["verdict"] == verdict, (seed, found["summary"], found["errors"])
        assert found["dev_test_gap"]["level"] != "high", (seed, found["dev_test_gap"])
        treated = client.train(treatment(body))
        cured = diagnosis(client, treated["id"])
        assert treated["alarms"] == [], (seed, treated["alarms"])
        before, after = (each["errors"]["dev"]["error"] for each in (found, cured))
        assert after < before - 0.1, (seed, before, after)


def test_duplicated_rows_hide_the_variance_and_are_told(client):
    for seed in SEEDS:
        body, sick = trained(client, duplicated, seed)
        assert {alarm["alarm"] for alarm in sick["alarms"]} == {"duplicate_rows"}, (seed, sick["alarms"])
        flattered = diagnosis(client, sick["id"])
        assert flattered["dev_test_gap"]["level"] != "high", seed
        for name in ("dev", "test"):
            part = body["data"][name]
            body["data"][name] = {member: values[:60] for member, values in part.items()}
        honest = client.train(body)
        assert honest["alarms"] == [], (seed, honest["alarms"])
        found = diagnosis(client, honest["id"])
        assert found["verdict"] == "high_variance", (seed, found["summary"], found["errors"])
        assert found["variance"]["value"] > 1.5 * flattered["variance"]["value"], seed


def test_a_healthy_net_that_is_deep_or_learns_fast_has_no_alarms(client):
    for seed in SEEDS:
        for hidden_layers, rate in (([16] * 8, 0.003), ([16, 16], 0.03)):
            _, healthy = trained(
                client, lambda random: job(hidden_layers, *(halves(random, rows) for rows in (400, 300, 300)), learning_rate=rate, epochs=60), seed)
            found = diagnosis(client, healthy["id"])
            assert healthy["alarms"] == [], (seed, hidden_layers, healthy["alarms"])
            assert found["verdict"] == "balanced" and gaps(found) == ["low"] * 3, (seed, hidden_layers, found["summary"])
