import pytest

from harness.bodies import make_job
from harness.server import BINARY, Server

LONG = ["test_campaigns.py", "test_schemathesis.py", "test_campaigns_http.py"]


def pytest_sessionstart(session):
    if not session.config.option.collectonly and not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: swift build -c release --product espalier, or set ESPALIER_BINARY", returncode=4)


def pytest_collection_modifyitems(items):
    """The longest files come first, or one worker would be left with one of them at the end."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server that most tests share; it must outlive them all."""
    server = Server(tmp_path_factory.mktemp("shared")).start()
    yield server
    survived = server.running
    server.kill()
    assert survived, "the shared server died:\n" + "".join(server.log[-50:])


@pytest.fixture
def client(server):
    assert server.running, "the shared server died:\n" + "".join(server.log[-50:])
    return server.client


@pytest.fixture
def start_server(tmp_path_factory):
    """Starts servers of a test's own: start_server(workers=1, options=[...], directory=...)."""
    started = []

    def start(*, directory=None, **arguments):
        server = Server(directory or tmp_path_factory.mktemp("server"), **arguments)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def job_of_seconds(server):
    """Makes a job that trains for about so many seconds on this machine, and ends with the same weights every time."""
    def make(epochs):
        return make_job(network={"hidden_layers": [32, 32]}, training={"epochs": epochs, "history_every": 1_000_000, "seed": 11})

    # The fastest of some: what else runs meanwhile must not make the job too short.
    seconds = min(server.client.train(make(2_000))["timing"]["training_seconds"] for _ in range(4))
    per_epoch = max(seconds / 2_000, 1e-7)
    return lambda seconds: make(min(10_000_000, max(1, int(seconds / per_epoch))))
