"""Other libraries' programs for the same problems, each a child process that speaks `peers.protocol`."""
