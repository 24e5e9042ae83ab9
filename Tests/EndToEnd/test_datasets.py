"""Uploaded data sets: stored, described, listed, forgotten."""

import csv
import hashlib
import io
import json

import numpy as np
import pytest

from harness.bodies import csv_text, inline, make_job

SMALL = "a,b,y\n1,x,0\n2,z,1\n"


def test_an_upload_is_described(client):
    dataset = client.upload(SMALL, name="small")
    assert (dataset["name"], dataset["media_type"], dataset["rows"]) == ("small", "text/csv", 2)
    assert dataset["bytes"] == len(SMALL) and dataset["sha256"] == hashlib.sha256(SMALL.encode()).hexdigest()
    assert dataset["columns"] == [
        {"index": 0, "name": "a", "kind": "numeric", "missing": 0},
        {"index": 1, "name": "b", "kind": "text", "categories": ["x", "z"], "missing": 0},
        {"index": 2, "name": "y", "kind": "numeric", "missing": 0}]
    assert dataset["object"] == "dataset"
    assert client.get(f"/v1/datasets/{dataset['id']}").json() == dataset


def test_a_name_is_optional_and_limited(client):
    assert client.upload(SMALL)["name"] is None
    assert client.upload(SMALL, name="ü" * 200)["name"] == "ü" * 200
    response = client.post_text("/v1/datasets", SMALL, "text/csv", params={"name": "x" * 201})
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/query/name"]


@pytest.mark.parametrize(("query", "name"), [("header=yes", "header"), ("header=", "header"), ("delimiter=|", "delimiter"), ("delimiter=", "delimiter"), ("heder=true", "heder")])
def test_a_bad_upload_query_is_refused_by_name(client, query, name):
    response = client.post_text(f"/v1/datasets?{query}", SMALL, "text/csv")
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == [f"/query/{name}"]


def test_csv_options_are_for_csv_alone(client):
    response = client.post_text("/v1/datasets?header=true", "[[1,2],[3,4]]", "application/json")
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/query/header"]


def test_the_same_content_twice_is_two_data_sets(client):
    first, second = client.upload(SMALL), client.upload(SMALL)
    assert first["id"] != second["id"] and first["sha256"] == second["sha256"]
    assert client.delete(f"/v1/datasets/{first['id']}").status_code == 204
    client.train(make_job(data={"dataset": second["id"], "target": "y"}))


def test_a_forgotten_data_set_is_gone(client):
    id = client.upload(SMALL)["id"]
    assert client.delete(f"/v1/datasets/{id}").status_code == 204
    assert client.get(f"/v1/datasets/{id}").status_code == 404
    assert client.delete(f"/v1/datasets/{id}").status_code == 404
    assert set(client.faults("/v1/jobs", make_job(data={"dataset": id, "target": "y"}))) == {"/data/dataset"}


def test_a_model_outlives_its_data_set(client):
    id = client.upload(SMALL)["id"]
    job = client.train(make_job(data={"dataset": id, "target": "y"}))
    assert client.delete(f"/v1/datasets/{id}").status_code == 204
    assert client.predict(job["id"], [[1, "x"]])["data"]


@pytest.mark.parametrize("restarted", [False, True])
def test_jobs_of_a_forgotten_data_set_go_on(start_server, server, job_of_seconds, restarted):
    text = csv_text(inline(rows=40), ["a", "b", "y"])

    def submit(client, dataset):
        return client.submit({**job_of_seconds(1), "data": {"dataset": dataset, "target": "y"}})["id"]

    undisturbed = submit(server.client, server.client.upload(text)["id"])
    assert server.client.wait(undisturbed)["status"] == "succeeded"
    busy = start_server(workers=1)
    client = busy.client
    dataset = client.upload(text)["id"]
    running, queued = submit(client, dataset), submit(client, dataset)
    client.wait(running, until={"running"})
    assert client.job(queued)["status"] == "queued"
    assert client.delete(f"/v1/datasets/{dataset}").status_code == 204
    assert client.get(f"/v1/datasets/{dataset}").status_code == 404
    assert client.job(running)["status"] == "running" and client.job(queued)["status"] == "queued"
    if restarted:
        busy.kill()
        client = busy.start().client
    expected = server.client.weights(undisturbed)["layers"]
    for id in (running, queued):
        assert client.wait(id)["status"] == "succeeded"
        assert client.weights(id)["layers"] == expected


def test_the_list_pages_newest_first(start_server):
    client = start_server().client
    ids = [client.upload(SMALL + f"{n},x,0\n")["id"] for n in range(23)]
    assert len(client.get("/v1/datasets").json()["data"]) == 20
    seen, page = [], {"has_more": True}
    while page["has_more"]:
        page = client.get("/v1/datasets", params={"limit": 9, **({"after": seen[-1]} if seen else {})}).json()
        seen += [dataset["id"] for dataset in page["data"]]
    assert seen == ids[::-1]


def test_a_forgotten_data_set_is_still_a_place_in_the_list(start_server):
    client = start_server().client
    ids = [client.upload(SMALL + f"{n},x,0\n")["id"] for n in range(3)]
    assert client.delete(f"/v1/datasets/{ids[1]}").status_code == 204
    assert [dataset["id"] for dataset in client.get(f"/v1/datasets?after={ids[1]}").json()["data"]] == [ids[0]]


# CSV

def python_csv(rows, **dialect):
    stream = io.StringIO(newline="")
    csv.writer(stream, **dialect).writerows(rows)
    return stream.getvalue()


AWKWARD = [["a b", 'say "hi"', "c,d", "e\nf", "y"], [1, "x, y", "p\"q", "two\nlines", 0], [-2.5e-3, "", "", "", 1], [3, " padded ", "ü", "x", 0]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("lineterminator", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_python_writes_is_read(client, delimiter, lineterminator, quoting, mark):
    text = python_csv(AWKWARD, delimiter=delimiter, lineterminator=lineterminator, quoting=quoting)
    dataset = client.upload(mark + text.encode(), header="true", delimiter=delimiter)
    assert dataset["rows"] == 3
    columns = dataset["columns"]
    assert [column["name"] for column in columns] == AWKWARD[0]
    assert [column["kind"] for column in columns] == ["numeric", "text", "text", "text", "numeric"]
    assert columns[1]["categories"] == [" padded ", "x, y"] and columns[2]["categories"] == ['p"q', "ü"]
    assert columns[3]["categories"] == ["two\nlines", "x"]
    assert [column["missing"] for column in columns] == [0, 1, 1, 1, 0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(client, delimiter):
    dataset = client.upload(SMALL.replace(",", delimiter))
    assert [column["name"] for column in dataset["columns"]] == ["a", "b", "y"]


@pytest.mark.parametrize(("text", "header"), [("a,y\n1,0\n", True), ("1,0\n2,1\n", False), ("a,0\nb,1\n", False), ("a,b\nc,d\n", True), (",y\n1,0\n", True), ("NA,y\n1,0\n", True),
                                              ("NA,\n1,0\n", False), ("NA,1\n1,0\n", False)])
def test_a_header_is_found_where_the_first_row_has_no_number_and_some_text(client, text, header):
    dataset = client.upload(text)
    assert dataset["rows"] == text.count("\n") - header
    assert [column["name"] for column in dataset["columns"]] == ([cell or None for cell in text.splitlines()[0].split(",")] if header else [None, None])


@pytest.mark.parametrize(("media_type", "query", "header"), [
    ("text/csv; header=absent", {}, False), ("text/csv;header=present", {}, True), ("text/csv; charset=utf-8; header=absent", {}, False),
    ("TEXT/CSV; Header=Absent", {}, False), ("text/csv", {"header": "false"}, False), ("text/csv", {"header": "true"}, True),
    ("text/csv; header=absent", {"header": "true"}, True)])
@pytest.mark.parametrize("text", ["a,y\nb,z\nc,w\n", "1,2\n3,4\n5,6\n"])
def test_a_header_may_be_declared(client, text, media_type, query, header):
    dataset = client.upload(text, media_type, **query)
    assert dataset["rows"] == 3 - header
    assert [column["name"] for column in dataset["columns"]] == (text.splitlines()[0].split(",") if header else [None, None])


@pytest.mark.parametrize("text", ["a,y\n1,0\n2,1", "a,y\r\n1,0\r\n2,1\r\n", '"a","y"\n"1","0"\n"2","1"\n'])
def test_line_ends_and_quotes_are_a_matter_of_taste(client, text):
    dataset = client.upload(text)
    assert dataset["rows"] == 2 and [column["kind"] for column in dataset["columns"]] == ["numeric", "numeric"]


@pytest.mark.parametrize("cell", ["1", "-1", "+1", " 1", "1 ", '"1"', "1.5", ".5", "5.", "1e3", "1E-3", "-2.5e+10", "1e-320", "123456789012345678901234567890"])
def test_what_reads_as_a_number_is_one(client, cell):
    dataset = client.upload(f"a,y\n{cell},0\n2,1\n")
    assert dataset["columns"][0]["kind"] == "numeric"


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "NaN", "nan", "null", "NULL", '""', '"NA"', " ", " NA\t"])
def test_a_missing_cell_is_counted(client, cell):
    dataset = client.upload(f"a,y\n{cell},0\n2,1\n")
    assert dataset["columns"][0] == {"index": 0, "name": "a", "kind": "numeric", "missing": 1}


@pytest.mark.parametrize("cell", ["na", "Na", "n/a", "NAN", "Nan", "Null", "None", "-", "?", "N A", "1 2", "1,5", "0x10", "1e", "--1", "1_000", "true"])
def test_any_other_word_is_a_text(client, cell):
    dataset = client.upload(f'a,y\n"{cell}",0\n2,1\n')
    assert dataset["columns"][0] == {"index": 0, "name": "a", "kind": "text", "categories": sorted([cell, "2"]), "missing": 0}


def test_a_text_among_many_numbers_is_taken_for_a_slip(client):
    def column(texts, numbers):
        return "a,y\n" + "x,0\n" * texts + "".join(f"{n},1\n" for n in range(numbers))

    assert client.upload(column(1, 9))["columns"][0]["kind"] == "text"
    response = client.post_text("/v1/datasets", column(1, 10), "text/csv")
    assert response.status_code == 422
    assert "row 1" in response.json()["errors"][0]["detail"] and '"x"' in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("content", [
    b"", b"\n", b"\xef\xbb\xbf", b"a,b\n", b"a,b\n1,2\n3\n", b"a,b\n1,2\n3,4,5\n", b'a,b\n1,"2\n', b'a,b\n1,"2"x\n', b"a,b\n1,\xff\n", b"a,a\n1,2\n",
    b"a\0,b\n1,2\n", b"a,b\n1,inf\n2,3\n", b"a,b\n1,1e999\n2,3\n"])
def test_a_broken_csv_is_refused_and_not_stored(client, content):
    before = client.get("/v1/datasets?limit=1").json()
    response = client.post_text("/v1/datasets?header=true", content, "text/csv")
    assert response.status_code == 422, response.text
    assert {fault["pointer"] for fault in response.json()["errors"]} == {""}
    assert client.get("/v1/datasets?limit=1").json() == before


def test_a_ragged_upload_names_the_row(client):
    response = client.post_text("/v1/datasets", "a,b\n1,2\n3\n", "text/csv")
    assert "row" in response.json()["errors"][0]["detail"]


def test_a_large_csv_is_read_whole(client):
    rows = 200_000
    dataset = client.upload("a,b,y\n" + "".join(f"{n},{n / 7:.6f},{n % 2}\n" for n in range(rows)))
    assert dataset["rows"] == rows


# JSON

@pytest.mark.parametrize(("rows", "names", "kinds"), [
    ([[1, 2], [3, 4]], [None, None], ["numeric", "numeric"]), ([[1, "x"], [2, "y"]], [None, None], ["numeric", "text"]),
    ([{"a": 1, "b": "x"}, {"b": "y", "a": 2}], ["a", "b"], ["numeric", "text"]), ([[True, 1], [False, 2]], [None, None], ["boolean", "numeric"]),
    ([{"a": True, "a/b": None}, {"a": None, "a/b": 3}], ["a", "a/b"], ["boolean", "numeric"]), ([{"a": 1, "b": 2}, {"a": 3}], ["a", "b"], ["numeric", "numeric"]),
    ({"x": [[1, 2], [3, 4]], "y": ["p", "q"]}, ["x0", "x1", "y"], ["numeric", "numeric", "text"]),
    ({"x": [[1], [2]], "y": [True, False], "features": ["size"]}, ["size", "y"], ["numeric", "boolean"])])
def test_json_is_rows_or_records_or_examples(client, rows, names, kinds):
    dataset = client.upload(json.dumps(rows), "application/json")
    assert dataset["rows"] == 2 and dataset["media_type"] == "application/json"
    assert [column["name"] for column in dataset["columns"]] == names and [column["kind"] for column in dataset["columns"]] == kinds


@pytest.mark.parametrize(("content", "pointers"), [
    ([], {""}), ({}, {"/x", "/y"}), (7, {""}), ("a,y", {""}), (None, {""}), ([1], {"/0"}), ([[]], {"/0"}), ([{}], {"/0"}), ([[1, 2], [3]], {"/1"}), ([[1, 2], [3, 4, 5], [6]], {"/1", "/2"}),
    ([[1, 2], {"a": 1}], {"/1"}), ([[1, [2]]], {"/0/1"}), ([[1, 2], ["x", 3]], {"/1/0"}), ([[True], [1]], {"/1/0"}), ([[1, 2], 7], {"/1"}),
    ([{"a": 1}, {"b": 1}], {"/1/b"}), ([{"a": 1}, {"a": 1, "b": 2}], {"/1/b"}), ([{"a": {}}], {"/0/a"}), ([{"a": 1}, [1]], {"/1"}), ([{"a": 1}, {"a": "1"}], {"/1/a"}), ([{"": 1}], {"/0/"}), ([{"a\0": 1}], {"/0/a\0"}),
    ({"x": [[1]]}, {"/y"}), ({"y": [1]}, {"/x"}), ({"x": [[1]], "y": [0], "z": 1}, {"/z"}), ({"x": [[1]], "y": [0, 1]}, {"/y"}), ({"x": [[1], [1, 2]], "y": [0, 1]}, {"/x/1"}),
    ({"x": [[1], ["2"]], "y": [0, 1]}, {"/x/1/0"}), ({"x": [[1]], "y": [0], "features": ["a", "b"]}, {"/features"}), ({"x": [[1]], "y": [0], "features": ["y"]}, {"/features/0"}),
    ({"x": [[1, 2]], "y": [0], "features": ["a", "a"]}, {"/features/1"}), ({"x": [[1]], "y": [0], "features": [7]}, {"/features/0"})])
def test_broken_json_is_refused_by_pointer(client, content, pointers):
    response = client.post_text("/v1/datasets", json.dumps(content), "application/json")
    assert response.status_code == 422, response.text
    assert {fault["pointer"] for fault in response.json()["errors"]} == pointers


def test_a_member_given_twice_is_refused(client):
    for text, pointer in (('[{"a": 1, "a": 2}]', "/0/a"), ('{"x": [[1]], "y": [0], "y": [1]}', "/y")):
        response = client.post_text("/v1/datasets", text, "application/json")
        assert response.status_code == 422
        assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]


def test_what_is_no_json_is_400(client):
    response = client.post_text("/v1/datasets", "[[1,2],[3,", "application/json")
    assert response.status_code == 400 and response.json()["code"] == "invalid_json"


def test_a_large_json_upload_is_read_whole(client):
    rows = np.arange(300_000).reshape(-1, 3).tolist()
    assert client.upload(json.dumps(rows), "application/json")["rows"] == 100_000
