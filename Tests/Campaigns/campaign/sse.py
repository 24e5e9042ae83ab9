"""A client of Server-Sent Events that may hang up at any byte."""

import http.client
import json
from urllib.parse import urlsplit


class EventStream:
    """One connection. `messages` are those that came whole."""

    def __init__(self, url, id, after=None, timeout=100):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
        headers = {"Accept": "text/event-stream"} | ({} if after is None else {"Last-Event-ID": str(after)})
        try:
            self.connection.request("GET", f"/v1/jobs/{id}/events", headers=headers)
            self.response = self.connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        self.status = self.response.status

    def events(self, bytes_at_most):
        """Whole events until the stream ends, breaks, or so many bytes have come; then hangs up."""
        text, events = b"", []
        try:
            while bytes_at_most > 0:
                piece = self.response.read1(min(64, bytes_at_most))
                if not piece:
                    return events
                bytes_at_most -= len(piece)
                text += piece
                while b"\n\n" in text:
                    message, text = text.split(b"\n\n", 1)
                    if event := self._event(message.decode()):
                        events.append(event)
            return events
        except (OSError, http.client.HTTPException):
            return events
        finally:
            self.connection.close()

    @staticmethod
    def _event(message):
        """None for a comment, which a ping is."""
        fields = dict(line.split(": ", 1) for line in message.split("\n") if not line.startswith(":"))
        if not fields:
            return None
        event = json.loads(fields["data"])
        assert fields["id"] == str(event["id"]) and fields["event"] == event["type"], message
        return event
