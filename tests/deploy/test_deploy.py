"""The files of `deploy/` say what the product does: settings it knows, statements it runs, addresses it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal_host import embedded, env

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


def test_every_setting_of_the_example_is_read() -> None:
    names = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (DEPLOY / "environment.example").read_text(encoding="utf-8"), re.M)
    read = set(re.findall(r'\b(?:text|words|number|flag)\("([A-Z0-9_]+)"', Path(env.__file__).read_text(encoding="utf-8")))
    read |= {"DJANGO_SETTINGS_MODULE", "SECOND_FACTOR_FROM"}
    assert len(names) > 15
    assert [name for name in names if name not in read] == []


def test_the_example_alone_is_no_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be filled in is empty or a placeholder: copied as it is, production refuses it."""
    for name, value in re.findall(r"^([A-Z_]+)=(.*)$", (DEPLOY / "environment.example").read_text(encoding="utf-8"), re.M):
        monkeypatch.setenv(name, value)
    with pytest.raises(env.EnvironmentProblem, match="SECRET_KEY"):
        env.read("production")


def test_the_database_is_prepared_as_the_embedded_one() -> None:
    script = (DEPLOY / "database.sql").read_text(encoding="utf-8")
    for statement in embedded.database_grants():
        assert f"{statement};" in script, statement
    for role in (embedded.OWNER, embedded.APP):
        assert f"create role {role} login nosuperuser nocreatedb nocreaterole nobypassrls;" in script
    assert script.count(";") == len(embedded.database_grants()) + 3


def test_units_start_what_there_is() -> None:
    units = {path.stem: path.read_text(encoding="utf-8") for path in (DEPLOY / "systemd").glob("*.service")}
    assert set(units) == {"portal-web", "portal-worker", "portal-cameras", "portal-check"}
    for name, text in units.items():
        assert "User=portal" in text, name
        for command in re.findall(r"manage\.py (\w+)", text):
            assert command == "procrastinate" or list(ROOT.glob(f"*/**/management/commands/{command}.py")), command
    for module in re.findall(r"(\w+)\.wsgi:application", units["portal-web"]):
        assert (ROOT / module / "wsgi.py").exists()


def test_nothing_of_a_person_stands_in_the_proxys_log() -> None:
    settings = (DEPLOY / "nginx" / "portal-host.conf").read_text(encoding="utf-8")
    logged = re.search(r"log_format portal (.*);", settings)
    assert logged
    assert not {"$request ", "$request_uri", "$args", "$http_referer", "$remote_user"} & set(re.findall(r"\$\w+ ?", logged[1]))
    assert "proxy_cache" not in settings, "a page would be old after a change"
    assert 'add_header Cache-Control "private, no-store"' in settings
