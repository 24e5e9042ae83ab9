"""Many requests over several connections at once, by one thread that does as little as it can."""

import selectors

from harness.connection import Connection

CONNECTIONS = 8


def exchange(port, messages, connections=CONNECTIONS):
    """Sends each message once, one at a time per connection; returns the bodies of the answers, in order of arrival."""
    bodies, waiting = [], iter(messages)
    with selectors.DefaultSelector() as selector:
        crowd = [Connection(port) for _ in range(min(connections, len(messages)))]
        for connection in crowd:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(waiting))
        while len(bodies) < len(messages):
            for key, _ in selector.select():
                status, body = key.data.receive()
                if status >= 400:
                    raise RuntimeError(f"{status} {body[:300].decode(errors='replace')}")
                bodies.append(body)
                message = next(waiting, None)
                if message is not None:
                    key.data.send(message)
        for connection in crowd:
            connection.close()
    return bodies
