"""One module per workload. Each has `TITLE` and `run(options)`, which returns a `harness.results.Section`."""
