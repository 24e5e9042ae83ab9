"""NPY files: every type, order, endianness and version that NumPy writes."""

import numpy as np
import pytest

from harness.bodies import make_job
from harness.npy import npy_bytes

TYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
RANDOM = np.random.default_rng(3)
TABLE = np.column_stack([RANDOM.integers(0, 100, (30, 3)), np.arange(30) % 2])


def table(kind):
    return TABLE % 2 if kind == "?" else TABLE


def upload(client, content):
    return client.upload(content, "application/x-npy")


def layers(client, data):
    job = client.train(make_job(data={**data, "task": "binary"}, training={"precision": "float64"}))
    return client.weights(job["id"])["layers"]


@pytest.fixture(scope="module")
def references(server):
    def inline(values):
        return layers(server.client, {"x": values[:, :3].tolist(), "y": values[:, 3].tolist()})
    return {kind: inline(table(kind)) for kind in ("?", "f8")}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_type_endianness_and_order_reads_the_same_numbers(client, references, kind, endian, order):
    array = np.asarray(table(kind), dtype=endian + kind, order=order)
    dataset = upload(client, npy_bytes(array))
    assert dataset["rows"] == 30 and len(dataset["columns"]) == 4
    assert all(column["name"] is None and column["kind"] == ("boolean" if kind == "?" else "numeric") for column in dataset["columns"])
    assert layers(client, {"dataset": dataset["id"], "target": 3}) == references["?" if kind == "?" else "f8"]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_version_is_read(client, references, version, order):
    dataset = upload(client, npy_bytes(np.asarray(TABLE, dtype="f8", order=order), version))
    assert layers(client, {"dataset": dataset["id"], "target": 3}) == references["f8"]


def test_one_dimension_is_one_column(client):
    dataset = upload(client, npy_bytes(np.arange(5.0)))
    assert dataset["rows"] == 5 and len(dataset["columns"]) == 1


def test_nan_is_a_missing_value(client):
    array = TABLE.astype("f4")
    array[4, 1] = np.nan
    dataset = upload(client, npy_bytes(array))
    assert [column["missing"] for column in dataset["columns"]] == [0, 1, 0, 0]
    faults = client.faults("/v1/jobs", make_job(data={"dataset": dataset["id"], "target": 3}))
    assert set(faults) == {"/data/dataset"} and "row" in faults["/data/dataset"]


@pytest.mark.parametrize("array", [
    np.array([[1, "a"], [2, None]], dtype=object), np.array([1, 2], dtype=object), np.array([[1 + 2j]]), np.array([["a", "b"]]), np.array([[b"a"]]),
    np.zeros(3, dtype=[("a", "f8"), ("b", "i4")]), np.zeros((2, 2, 2)), np.array(3.0), np.zeros((0, 3)), np.zeros((3, 0)), np.zeros(0),
    np.array(["2020-01-01"], dtype="M8[D]"), np.array([[1.0, np.inf]]), np.array([[1.0], [-np.inf]]), np.zeros((2, 2), dtype="f16")], ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_that_are_no_table_of_finite_numbers_are_refused(client, array):
    response = client.post_text("/v1/datasets", npy_bytes(array), "application/x-npy")
    assert response.status_code == 422, response.text
    assert [fault["pointer"] for fault in response.json()["errors"]] == [""]


WHOLE = npy_bytes(TABLE.astype("f8"))


@pytest.mark.parametrize("length", [0, 1, 6, 8, 9, 10, 40, 127, 128, 129, len(WHOLE) - 8, len(WHOLE) - 1])
def test_a_truncated_file_is_refused(client, length):
    response = client.post_text("/v1/datasets", WHOLE[:length], "application/x-npy")
    assert response.status_code == 422, response.text


def header(text, version=1):
    padded = text.encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(padded).to_bytes(2 if version == 1 else 4, "little") + padded


@pytest.mark.parametrize("content", [
    WHOLE + b"\0", b"PK\x03\x04" + WHOLE, b"\x93NUMPY\x04\x00" + WHOLE[8:], b"\x93NUMPY\x01\x00\xff\xff" + WHOLE[10:],
    b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + WHOLE[10:], header("{}"), header("not a dict"), header("{'descr': '<f8'}"),
    header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, -1), }"), header("{'descr': '<f8', 'fortran_order': 7, 'shape': (1,), }") + bytes(8),
    header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }"),
    header("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 2), }"), header("{'descr': '<f9', 'fortran_order': False, 'shape': (1,), }") + bytes(9),
    header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'extra': 1}") + bytes(8), header("{" * 10_000)])
def test_a_file_that_lies_is_refused(client, content):
    response = client.post_text("/v1/datasets", content, "application/x-npy")
    assert response.status_code == 422, response.text


def test_header_lines_need_no_padding(client):
    content = header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }") + np.arange(2.0).tobytes()
    assert upload(client, content)["rows"] == 2
