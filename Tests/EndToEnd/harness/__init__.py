"""What the end-to-end tests share: a running server, a client that checks every answer, bodies to send."""
