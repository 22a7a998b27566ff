"""What the environment decides, and what is said when it is wrong."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ImproperlyConfigured
from django.utils import formats, translation

from hcmc_ioc import env
from tests import processes
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ["IOC_SECRET_KEY", "IOC_FIELD_KEYS", "IOC_DIGEST_KEY", "ALLOWED_HOSTS", "REDIS_URL"]


def manage(*words, without=(), **changes):
    surroundings = {k: v for k, v in processes.environment("ioc_absent", **changes).items() if k not in without}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )


def test_production_names_every_missing_secret_in_one_line():
    done = manage("check", without=SECRETS)
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(name in done.stderr for name in SECRETS)


@pytest.mark.parametrize("service", ["web1", "worker", "beat"])
def test_a_server_without_secrets_ends_in_one_line(service):
    surroundings = {k: v for k, v in processes.environment("ioc_absent").items() if k not in SECRETS}
    command = processes.command_of(service)
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(name in done.stderr for name in SECRETS)


def test_production_names_the_one_that_is_missing():
    done = manage("check", without=["IOC_DIGEST_KEY"])
    assert "IOC_DIGEST_KEY" in done.stderr
    assert "IOC_SECRET_KEY" not in done.stderr


def test_deployment_check_is_clean():
    done = manage("check", "--deploy", "--fail-level", "WARNING", without=["IOC_HTTPS"])
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("IOC_CITY", "atlantis", "boston, england, hcmc"),
        ("IOC_CITY", "../hcmc", "boston, england, hcmc"),
        ("IOC_MAP", "1975", "2022, 2025"),
        ("DEBUG", "perhaps", "must be 1 or 0"),
        ("DATABASE_URL", "mysql://root@localhost/ioc", "postgres://"),
        ("REDIS_URL", "localhost", "redis://"),
        ("IOC_HSTS_SECONDS", "a year", "whole number"),
        ("IOC_FIELD_KEYS", "no-key", "key 1 is no Fernet key"),
        ("IOC_SMTP_TLS", "yes", "starttls, ssl or none"),
        ("IOC_SMTP_HOST", "mail.example.vn", "IOC_SMTP_FROM"),
    ],
)
def test_a_wrong_value_is_one_clear_line(name, value, said):
    done = manage("check", **{"IOC_HTTPS": "1", name: value})
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr


def test_a_database_that_is_away_is_one_clear_line():
    done = manage("verify_aggregates", DATABASE_URL="postgres://ioc@127.0.0.1:1/ioc")
    assert done.returncode == 2  # 1 would say that figures differ
    assert re.fullmatch(r"the database or Redis does not answer: .*refused.*\n", done.stderr)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:p%40ss@db:5433/ioc", ("ioc", "u", "p@ss", "db", "5433", {})),
        ("postgresql://u@db/ioc?sslmode=require", ("ioc", "u", "", "db", "", {"sslmode": "require"})),
        ("postgres:///ioc?host=/run/pg&user=u", ("ioc", "u", "", "/run/pg", "", {})),
    ],
)
def test_database_addresses(url, expected):
    found = env.database(url)
    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected


@pytest.mark.parametrize("url", ["postgres://u@db", "http://db/ioc", "ioc"])
def test_wrong_database_addresses_are_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must read"):
        env.database(url)


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("redis://valkey:6379", "redis://valkey:6379/1", "redis://valkey:6379/1"),
        ("rediss://:pw@v/0?ssl_cert_reqs=none", *["rediss://:pw@v/1?ssl_cert_reqs=none"] * 2),
        ("unix:///run/v.sock", "unix:///run/v.sock?db=1", "redis+socket:///run/v.sock?virtual_host=1"),
        ("unix:///run/v.sock?db=6", "unix:///run/v.sock?db=7", "redis+socket:///run/v.sock?virtual_host=7"),
        ("redis://valkey:6379/3", "redis://valkey:6379/4", "redis://valkey:6379/4"),
    ],
)
def test_redis_addresses(url, cache, broker):
    assert env.redis_database(url, 1) == cache
    assert env.celery_broker(env.redis_database(url, 1)) == broker


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path, monkeypatch):
    names = ["IOC_SECRET_KEY", "IOC_FIELD_KEYS", "IOC_DIGEST_KEY"]
    for name in names:
        monkeypatch.delenv(name, raising=False)
    env.local_secrets(tmp_path / "a var")
    first = [os.environ[name] for name in names]
    assert len(set(first)) == 3
    assert (tmp_path / "a var" / "secrets.env").stat().st_mode & 0o777 == 0o600
    for name in names:
        monkeypatch.delenv(name)
    env.local_secrets(tmp_path / "a var")
    assert [os.environ[name] for name in names] == first


def variables_read():
    """The names that settings and `make run` take from the environment, and those of the compose file itself."""
    code = "".join((ROOT / "hcmc_ioc" / name).read_text() for name in ("settings.py", "local/run.py"))
    named = re.findall(r'(?:env\.(?:text|flag|number|items|networks)|environ\.get|named_file)\(\s*"([A-Z_]+)"', code)
    required = re.findall(r'"([A-Z_]+)"', re.search(r"env\.require\((.*?)\)", code, re.DOTALL).group(1))
    composed = re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text())
    return {*named, *required, *composed} - {"PATH"}


def test_the_example_explains_every_variable_and_no_other():
    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {line.split("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert explained == variables_read()
    for i, line in enumerate(lines):
        if "=" in line and not line.startswith("#"):
            assert lines[i - 1].startswith("# ") or "=" in lines[i - 1], f"{line} is not explained"


def test_vietnamese_is_spoken_unless_a_person_chose_otherwise(client, settings):
    answer = client.get("/readyz", headers={"accept-language": "en-US"})
    assert answer["Content-Language"] == "vi"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert client.get("/readyz")["Content-Language"] == "en"


def test_dates_and_numbers_are_written_as_offices_do():
    with translation.override("vi"):
        assert formats.date_format(date(2026, 2, 9), "SHORT_DATE_FORMAT") == "09/02/2026"
        assert intcomma(1284) == "1.284"
        assert formats.localize(94.2) == "94,2"
