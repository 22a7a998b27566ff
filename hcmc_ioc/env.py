"""Reading the environment: text, flags, numbers, lists, addresses; what is missing is collected and named at once."""

import os
import secrets
import sys
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def text(name, default=""):
    """The variable, or `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name, default=False):
    """1/true/yes/on or 0/false/no/off; anything else is refused rather than guessed."""
    value = text(name).lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")
    return value in TRUE


def number(name, default):
    value = text(name)
    if value and not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value) if value else default


def items(name, default=""):
    """A comma-separated list without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def networks(name):
    """A comma-separated list of addresses and networks (10.0.0.0/8), IPv4 or IPv6."""
    try:
        return [ip_network(item) for item in items(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def fernet_keys(name):
    """A comma-separated list of Fernet keys; a wrong one is refused at once rather than at the first save."""
    keys = items(name)
    for position, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(f"{name}: key {position} is no Fernet key (see .env.example)") from None
    return keys


def require(*names):
    """Refuse to go on unless every variable is set; one line names all that are missing."""
    missing = [name for name in names if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"DATABASE_URL is set, so this is production, but not set: {', '.join(missing)} (see .env.example)"
        )


def read_settings_or_exit():
    """Read the settings; a wrong environment ends a server in one line rather than in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")
    try:
        _ = settings.LOCAL
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")


def database(url):
    """Django's database settings from postgres://user:password@host:port/name?option=value.

    A unix socket is given as ?host=/folder; every other query item is passed on to libpq.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must read postgres://user:password@host:port/name")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "hcmc_ioc.pooled",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def redis_database(url, index):
    """The same server's database number `index`, counted from the one that the address names (else from 0), for
    redis://, rediss:// and unix:// addresses: several installations share a server side by side."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={_first(dict(parse_qsl(parts.query)).get('db', '')) + index}"
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ImproperlyConfigured("REDIS_URL must read redis://host:port or unix:///path/of.sock")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{_first(parts.path.strip('/')) + index}{query}"


def _first(named: str) -> int:
    if named and not (named.isascii() and named.isdecimal()):
        raise ImproperlyConfigured("the database in REDIS_URL is a number")
    return int(named or 0)


def celery_broker(url):
    """`redis_database` in the spelling that Celery wants for a unix socket."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?virtual_host={dict(parse_qsl(parts.query)).get('db', 0)}"


def local_secrets(folder: Path):
    """Make the secrets of local mode once (`folder`/secrets.env, readable by its owner alone) and set those unset."""
    path = folder / "secrets.env"
    try:
        if not path.exists():
            _make_secrets(path)
        kept = path.read_text()
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise ImproperlyConfigured(f"IOC_VAR must be a folder that you may write to ({reason})") from None
    for line in kept.splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def _make_secrets(path: Path):
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".secrets.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"IOC_SECRET_KEY={secrets.token_urlsafe(50)}\n")
        file.write(f"IOC_FIELD_KEYS={Fernet.generate_key().decode()}\n")
        file.write(f"IOC_DIGEST_KEY={secrets.token_urlsafe(32)}\n")
    try:
        os.link(draft, path)  # two commands at once: the first one's secrets hold for both
    except FileExistsError:
        pass
    finally:
        draft.unlink()
