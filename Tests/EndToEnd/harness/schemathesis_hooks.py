"""Keeps generated jobs small without making a legal value illegal or an illegal one legal."""

import schemathesis


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict):
        network, training = body.get("network"), body.get("training")
        if isinstance(network, dict) and isinstance(network.get("hidden_layers"), list):
            network["hidden_layers"] = [shrink(units, 1_000_000, 32) for units in network["hidden_layers"][:1000]][:shortest(network)]
        if isinstance(training, dict) and "epochs" in training:
            training["epochs"] = shrink(training["epochs"], 10_000_000, 100)
    return body


def shortest(network):
    return None if len(network["hidden_layers"]) > 1000 else 8


def shrink(value, largest, small):
    if isinstance(value, int) and not isinstance(value, bool) and small < value <= largest:
        return 1 + value % small
    return value


@schemathesis.serializer("application/x-npy")
def npy(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.serializer("text/csv")
def csv(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
