"""Benchmarks: one JSON line per figure, with its peer measured in the same run. `python -m tests.bench --list`."""
