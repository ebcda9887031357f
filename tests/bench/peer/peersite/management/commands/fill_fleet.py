import json
import subprocess
from pathlib import Path

from customers.models import Client
from django.core.management.base import BaseCommand
from django.db import connection
from django_tenants.utils import tenant_context  # noqa: TID251 - the peer is stock

from peersite import portals


class Command(BaseCommand):
    help = "Fill the portals with news and copy the first until there are SIZE; the last line is one JSON object."

    def add_arguments(self, parser):
        parser.add_argument("content", help="JSON file of the content")
        parser.add_argument("--size", type=int, required=True)
        parser.add_argument("--pg-dump", default="pg_dump")

    def handle(self, *args, **options):
        content = json.loads(Path(options["content"]).read_text(encoding="utf-8"))
        clients = list(Client.objects.order_by("pk"))
        path = ""
        for client in clients:
            with tenant_context(client):
                path = portals.fill_news(content)
        connection.set_schema_to_public()
        dump = self.dump(clients[0], options["pg_dump"])
        for number in range(len(clients) + 1, options["size"] + 1):
            portals.clone_portal(clients[0], f"truong-{number}", f"Trường số {number}", dump)
        self.stdout.write(json.dumps({"portals": Client.objects.count(), "path": path}))

    def dump(self, client, program):
        database = connection.settings_dict
        arguments = ["--no-owner", "--no-privileges", "--rows-per-insert=500", "-n", client.schema_name]
        arguments += ["-h", database["HOST"], "-U", database["USER"], "-d", database["NAME"]]
        if database["PORT"]:
            arguments += ["-p", database["PORT"]]
        text = subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout
        # psql's own commands (\\restrict of recent pg_dump) are not SQL.
        return "\n".join(line for line in text.splitlines() if not line.startswith("\\"))
