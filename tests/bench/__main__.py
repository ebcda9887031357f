"""`python -m tests.bench [figure…] [--quick] [--list]`: JSON lines on stdout, progress on stderr."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import signal
import sys

from tests.bench import figures
from tests.bench.harness import FIGURES, Bench, run_figures


def main() -> int:
    for module in pkgutil.iter_modules(figures.__path__):
        importlib.import_module(f"{figures.__name__}.{module.name}")
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="figure", help="names from --list; none: all")
    parser.add_argument("--quick", action="store_true", help="8 portals, short runs: to try the bench, not to judge by")
    parser.add_argument("--list", action="store_true", help="the figures and what each measures")
    parser.add_argument("--peer-only", action="store_true", help="measure the peers alone")
    parser.add_argument("--keep", action="store_true", help="keep the scratch folder (logs, nginx settings)")
    options = parser.parse_args()
    if options.list:
        for entry in FIGURES.values():
            print(f"{entry.name:16} {entry.about}")
        return 0
    unknown = sorted(set(options.figures) - set(FIGURES))
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)} (see --list)")
    # A terminated bench leaves by the normal way, so that everything it started is stopped.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    with Bench(quick=options.quick, keep=options.keep, peer_only=options.peer_only) as bench:
        return 0 if run_figures(options.figures or list(FIGURES), bench) else 1


if __name__ == "__main__":
    sys.exit(main())
