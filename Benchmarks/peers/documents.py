"""Libraries that read JSON and CSV into arrays of float32, and write weights as JSON; on one thread.

    documents.py simdjson|orjson|pandas|polars|pyarrow|dumps FILE
"""

import sys
import time

import numpy as np

from protocol import serve


def simdjson(file):
    import simdjson

    parser = simdjson.Parser()

    def read():
        with open(file, "rb") as stream:
            # The parser may be used again only when nothing refers to its last document.
            return np.frombuffer(parser.parse(stream.read()).as_buffer(of_type="d"), np.float64).astype(np.float32)

    return f"pysimdjson {version('pysimdjson')}", read


def orjson(file):
    import orjson

    def read():
        with open(file, "rb") as stream:
            return np.array(orjson.loads(stream.read()), np.float32)

    return f"orjson {orjson.__version__}", read


def pandas(file):
    import pandas

    return f"pandas {pandas.__version__}", lambda: pandas.read_csv(file, engine="c", dtype=np.float32).to_numpy()


def polars(file):
    import polars

    return f"polars {polars.__version__}", lambda: polars.read_csv(file)


def pyarrow(file):
    import pyarrow
    from pyarrow import csv

    pyarrow.set_cpu_count(1)
    options = csv.ReadOptions(use_threads=False)
    return f"pyarrow {pyarrow.__version__}", lambda: csv.read_csv(file, read_options=options)


def dumps(file):
    import orjson

    numbers = np.load(file)
    return f"orjson {orjson.__version__}", lambda: orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)


def version(package):
    from importlib.metadata import version

    return version(package)


def mean_square(read):
    """Of all columns but the last."""
    if hasattr(read, "column_names"):
        columns = [read[name].to_numpy() for name in read.column_names]
    elif hasattr(read, "columns"):
        columns = [read[name].to_numpy() for name in read.columns]
    else:
        columns = list(read.reshape(-1, 20).T)
    return float(np.mean([np.mean(column.astype(np.float64) ** 2) for column in columns[:-1]]))


def main():
    how, file = sys.argv[1:]
    name, work = globals()[how](file)
    costs = []

    def run():
        start = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - start
        if how != "dumps" and not costs:
            costs.append(mean_square(result))
        return seconds, {"cost": costs[0]} if costs else {}

    serve(name, run)


if __name__ == "__main__":
    main()
