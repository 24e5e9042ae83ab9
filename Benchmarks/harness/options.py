"""What the command line decides."""

from dataclasses import dataclass


@dataclass
class Options:
    repetitions: int = 3
    quick: bool = False
    peers: tuple[str, ...] | None = None  # None: all that are installed

    def wants(self, peer):
        """Whether a peer takes part; `quick` runs have none."""
        if self.quick:
            return False
        return self.peers is None or any(word in peer.lower() for word in self.peers)

    def size(self, full, quick):
        return quick if self.quick else full
