import json
import time
from pathlib import Path

from django.core.management.base import BaseCommand

from peersite import portals


class Command(BaseCommand):
    help = "Make portals the stock way and time each; the last line is one JSON object."

    def add_arguments(self, parser):
        parser.add_argument("content", help="JSON file of the content")
        parser.add_argument("--count", type=int, required=True)
        parser.add_argument("--first", type=int, default=1)

    def handle(self, *args, **options):
        content = json.loads(Path(options["content"]).read_text(encoding="utf-8"))
        seconds = []
        for number in range(options["first"], options["first"] + options["count"]):
            began = time.perf_counter()
            portals.create_portal(f"truong-{number}", f"Trường số {number}", content)
            seconds.append(time.perf_counter() - began)
        self.stdout.write(json.dumps({"created": len(seconds), "seconds": seconds}))
