from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from school_services.admissions import queue, statistics


def test_a_quiet_gate_lets_everybody_in(tmp_path: Path) -> None:
    gate = queue.Gate(tmp_path / "gate", rate=10, burst=20)
    turns = [gate.take(1000.0 + second) for second in range(50)]
    assert all(turn.position == 0 for turn in turns)
    assert gate.state(2000.0) == (0, 50)


def test_above_the_limit_turns_are_in_order_of_arrival_and_none_twice(tmp_path: Path) -> None:
    gate = queue.Gate(tmp_path / "gate", rate=10, burst=20)
    turns = [gate.take(1000.0) for _ in range(1000)]
    assert [turn.position for turn in turns[:20]] == [0] * 20
    assert [turn.position for turn in turns[20:25]] == [1, 2, 3, 4, 5]
    assert turns[-1].position == 980
    assert turns[-1].at == pytest.approx(1098)
    assert [turn.at for turn in turns] == sorted(turn.at for turn in turns)
    for second in range(99):  # what was told comes true: never more than the rate passes
        passing = sum(1 for turn in turns[20:] if 1000 + second < turn.at <= 1001 + second)
        assert passing <= 11
    assert queue.waiting(turns[-1].at, 1050.0, rate=10) == 480
    assert gate.state(1050.0)[0] == 480


def test_processes_and_threads_share_one_queue(tmp_path: Path) -> None:
    path = tmp_path / "gate"
    gates = [queue.Gate(path, rate=10, burst=10) for _ in range(2)]
    turns: list[queue.Turn] = []
    threads = [
        threading.Thread(target=lambda gate=gate: turns.extend(gate.take(1000.0) for _ in range(200))) for gate in gates
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    code = (
        "from pathlib import Path; from school_services.admissions.queue import Gate;"
        f"gate = Gate(Path({str(path)!r}), rate=10, burst=10); print(max(gate.take(1000.0).position for _ in range(100)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "490"
    assert len({turn.at for turn in turns if turn.position}) == 390


def test_small_cells_are_hidden_and_never_alone() -> None:
    counts = {"A": (400, 300), "B": (120, 117), "C": (60, 30), "D": (40, 20)}
    shown = {line.area: (line.candidates, line.admitted) for line in statistics.by_area(counts)}
    assert shown == {"A": (400, 300), "B": (None, None), "C": (60, 30), "D": (None, None)}
    assert statistics.by_area({"A": (10, 5)}) == [statistics.AreaLine("A", 10, 5)]
    assert statistics.by_area({"A": (3, 0)}) == [statistics.AreaLine("A", None, None)]
    assert statistics.by_area({}) == []
