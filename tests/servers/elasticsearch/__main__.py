"""One node in the foreground: `python -m tests.servers.elasticsearch PORT DATA`."""

import signal
import sys
from pathlib import Path

from tests.servers.elasticsearch import Elasticsearch

port, data = int(sys.argv[1]), Path(sys.argv[2]).resolve()
with Elasticsearch(data, port) as node:
    print(f"READY {node.url}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
