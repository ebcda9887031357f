"""`python -m tests.conformance [label…] [--suite NAME] [--quick] [--whole-stock]`

Runs each suite on ours, then on the stock engine what ours did not pass, and compares test by test. Progress and tables on stderr and stdout; the last line
of stdout is one JSON object of counts. Exit 1 when ours fails what stock does not (`tests.conformance.suites` lists the
differences that are meant).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conformance import environment, outcomes
from tests.conformance.suites import SUITES, Suite

STEP = 30.0  # seconds between lines of progress


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument(
        "labels", nargs="*", metavar="label", help="test labels, wagtail.… or django_tenants.…; none: all"
    )
    parser.add_argument("--suite", choices=sorted(SUITES), help="one suite alone")
    parser.add_argument("--quick", action="store_true", help="a few modules of each suite, for a first look")
    parser.add_argument("--parallel", type=int, default=2, help="processes of a run (2)")
    parser.add_argument("--timeout", type=int, default=5400, help="seconds after which a run is cut short (5400)")
    parser.add_argument("--whole-stock", action="store_true", help="run the whole suite on the stock engine as well")
    options = parser.parse_args()
    # A terminated run leaves by the normal way, so that everything it started is stopped.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))

    environment.DATA.mkdir(parents=True, exist_ok=True)
    say("installing the locked group `conformance`")
    environment.install()
    results = {}
    with environment.server() as owner:
        for suite in SUITES.values():
            labels = _labels(suite, options)
            if labels:
                results[suite.name] = _run_suite(suite, labels, owner, options)
    conforms = bool(results) and all(result["conforms"] for result in results.values())
    print(json.dumps(results | {"conforms": conforms}))
    return 0 if conforms else 1


def _labels(suite: Suite, options: argparse.Namespace) -> list[str]:
    """Labels of this run; none when it is not this suite's turn."""
    if options.suite and options.suite != suite.name:
        return []
    if options.labels:
        return [label for label in options.labels if label.partition(".")[0] == suite.labels[0]]
    return list(suite.quick if options.quick else suite.labels)


def _run_suite(suite: Suite, labels: list[str], owner: str, options: argparse.Namespace) -> dict[str, object]:
    seconds = {}
    for side in ("ours", "stock"):
        done = environment.DATA / f"{suite.name}-{side}.jsonl"
        done.write_text("")
        if side == "stock" and not (options.whole_stock or suite.whole_stock):
            # What passes on ours needs no comparison; most of an hour is saved.
            labels = outcomes.labels_not_passed(outcomes.read(environment.DATA / f"{suite.name}-ours.jsonl"))
        began = time.monotonic()
        if labels:
            _run_side(suite, side, suite.settings[side], labels, done, owner, options)
        seconds[side] = round(time.monotonic() - began)
    stock, ours = (outcomes.read(environment.DATA / f"{suite.name}-{side}.jsonl") for side in ("stock", "ours"))
    comparison = outcomes.Comparison(stock, ours, suite.accepted)
    print(f"== {suite.name} ==\n{comparison.table()}", flush=True)
    return comparison.counts() | {"seconds": seconds}


def _run_side(
    suite: Suite, side: str, settings: str, labels: list[str], done: Path, owner: str, options: argparse.Namespace
) -> None:
    """One run of Django's test command in the group's environment; its output goes to a log beside the outcomes."""
    name = f"{suite.name}_{side}"
    project = environment.ROOT if suite.parallel else environment.django_tenants_project()
    variables = environment.variables(owner, name=name, outcomes=done, project=project)
    shutil.rmtree(variables["CONFORMANCE_FILES"], ignore_errors=True)
    parallel = str(options.parallel if suite.parallel else 1)
    command = [str(environment.PYTHON), "-m", "django", "test", "--settings", settings, "--noinput"]
    log = done.with_suffix(".log")
    say(f"{name}: {' '.join(labels[:3])}{' …' if len(labels) > 3 else ''}; log in {log.relative_to(environment.ROOT)}")
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--parallel", parallel, *labels],
            cwd=project,
            env=variables,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait(process, name, done, options.timeout)
        finally:
            _stop(process)
    say(f"{name}: ended with {process.returncode}, {_lines(done)} outcomes")


def _wait(process: subprocess.Popen[bytes], name: str, done: Path, timeout: int) -> None:
    ends = time.monotonic() + timeout
    while True:
        try:
            process.wait(min(STEP, max(0.0, ends - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= ends:
                say(f"{name}: cut short after {timeout} s")
                return
            say(f"{name}: {_lines(done)} outcomes so far")
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the run and the workers it forked: they are one process group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
