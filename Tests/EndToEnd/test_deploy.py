"""What deploy/ says of the service is true."""

import configparser
import json
import re

import pytest
import yaml

from harness.bodies import make_job
from harness.client import CONTRACT
from harness.contract import ROOT

DEPLOY = ROOT / "deploy"
METRIC = re.compile(r"\b(?:espalier|process)_[a-z0-9_]+\b")


def expressions():
    rules = yaml.safe_load((DEPLOY / "prometheus/espalier.rules.yml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    dashboard = json.loads((DEPLOY / "grafana/espalier.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        yield variable["name"], variable.get("definition", "")


@pytest.fixture(scope="module")
def known(server):
    server.client.train(make_job())
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", server.client.get("/metrics").text, re.MULTILINE))
    names = set()
    for name, kind in types.items():
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


@pytest.mark.parametrize(("where", "expression"), list(expressions()), ids=lambda text: text[:40])
def test_every_metric_that_is_asked_for_exists(known, where, expression):
    asked = set(METRIC.findall(expression))
    assert asked <= known, f"{where}: {asked - known}"


def test_every_metric_is_on_the_dashboard(known):
    shown = {name for _, expression in expressions() for name in METRIC.findall(expression)}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in known}
    assert families - {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown} == set()


def test_routes_that_rules_name_exist():
    for where, expression in expressions():
        for route in re.findall(r'route="([^"]+)"', expression):
            assert route in CONTRACT.document["paths"], where


def test_every_alert_says_how_bad_and_what_it_is():
    rules = yaml.safe_load((DEPLOY / "prometheus/espalier.rules.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert rule["labels"]["severity"] in ("warning", "critical") and rule["annotations"]["summary"]
        assert rule["annotations"]["description"], f"{rule['alert']} does not say what to do"


def test_what_must_not_happen_has_an_alert(known):
    rules = yaml.safe_load((DEPLOY / "prometheus/espalier.rules.yml").read_text())
    watched = {name for rule in rules["groups"][0]["rules"] for name in METRIC.findall(rule["expr"])}
    wrong = {name for name in known if re.search(r"_(errors|dropped|refused_connections)(_total)?$|_dropped_total$", name)}
    assert len(wrong) >= 5 and wrong <= watched, wrong - watched


def test_a_condition_beside_a_value_looks_at_an_instance_as_a_whole():
    """`and on (instance)` is content with any one of many series: what stands there must be one."""
    for where, expression in expressions():
        for beside in re.findall(r"and on \(instance\) *(.*)", expression):
            single = re.match(r"(sum|max|min) by \(instance\)|\(?time\(\) - process_start_time_seconds\b", beside)
            assert single, f"{where}: {beside}"


def test_the_units_belong_together():
    units = {}
    for name in ("espalier.service", "espalier.socket"):
        units[name] = configparser.RawConfigParser(strict=False, interpolation=None)
        units[name].optionxform = str
        units[name].read(DEPLOY / "systemd" / name)
    service, socket = units["espalier.service"], units["espalier.socket"]
    assert service["Unit"]["Requires"] == "espalier.socket" and service["Service"]["ExecStart"].endswith("/espalier serve")
    assert socket["Socket"]["ListenStream"].startswith("127.0.0.1:") and service["Service"]["DynamicUser"] == "yes"
