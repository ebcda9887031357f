"""What granian itself can do: one answer from memory, `BENCH_ANSWER` (JSON: headers, body), and nothing asked."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ANSWER = json.loads(Path(os.environ["BENCH_ANSWER"]).read_text())
_HEADERS = [(name, value) for name, value in _ANSWER["headers"].items()]
_BODY = [_ANSWER["body"].encode()]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", list(_HEADERS))
    return _BODY
