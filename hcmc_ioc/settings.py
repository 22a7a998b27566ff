"""All settings, read top to bottom; everything variable comes from the environment (`.env.example` explains each).

*Local mode* is `DATABASE_URL` unset: embedded PostgreSQL and Valkey under `IOC_VAR`, secrets made once. Otherwise this
is production, which refuses to start without its secrets and names them.
"""

import tomllib
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from hcmc_ioc import env
from hcmc_ioc.local.embedded import Services

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.flag("DEBUG")
LOCAL = not env.text("DATABASE_URL")

# --- The city this database belongs to: its own facts, and which map of its areas is in force

CITY_CODE = env.text("IOC_CITY", "hcmc")
CITY_FILES = {file.parent.name: file for file in (BASE_DIR / "districts" / "data").glob("*/city.toml")}
if CITY_CODE not in CITY_FILES:
    raise ImproperlyConfigured(f"IOC_CITY is {CITY_CODE!r}, but the cities known are: {', '.join(sorted(CITY_FILES))}")
CITY = tomllib.loads(CITY_FILES[CITY_CODE].read_text(encoding="utf-8")) | {"code": CITY_CODE}
CITY = {"maps": {}, "default_map": "", "ticket_prefix": "", "centre": [0.0, 0.0]} | CITY  # not every city has a hotline
MAP = env.text("IOC_MAP", CITY["default_map"])
if CITY["maps"] and MAP not in CITY["maps"]:
    raise ImproperlyConfigured(f"IOC_MAP is {MAP!r}, but the maps of {CITY_CODE} are: {', '.join(CITY['maps'])}")

MODULES = frozenset(CITY.get("modules", ["hotline", "numbers"]))

# --- Where data, secrets and services are

VAR = (BASE_DIR / env.text("IOC_VAR", "var")).resolve()
EMBEDDED = Services(VAR)
if LOCAL:
    env.local_secrets(VAR)
    DATABASE_URL = EMBEDDED.database_url(f"ioc_{CITY_CODE}")
    REDIS_URL = env.text("REDIS_URL", EMBEDDED.redis_url)
else:
    env.require("IOC_SECRET_KEY", "IOC_FIELD_KEYS", "IOC_DIGEST_KEY", "ALLOWED_HOSTS", "REDIS_URL")
    DATABASE_URL = env.text("DATABASE_URL")
    REDIS_URL = env.text("REDIS_URL")

SECRET_KEY = env.text("IOC_SECRET_KEY")
FIELD_KEYS = env.fernet_keys("IOC_FIELD_KEYS")
DIGEST_KEY = env.text("IOC_DIGEST_KEY")

DATABASES = {
    "default": env.database(DATABASE_URL)
    # Closed after each request or task, which gives the connection back to the process's pool.
    | {"CONN_MAX_AGE": 0, "POOL_SIZE": env.number("IOC_DB_CONNECTIONS", 8)}
}
WEB_THREADS = env.number("IOC_WEB_THREADS", 6)  # requests that one web process works on at once; the others wait
# A server that is gone without a word is noticed within half a minute (TCP only; see also hcmc_ioc/lib/pulse.py).
for _name, _value in {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
                      "tcp_user_timeout": 25_000}.items():
    DATABASES["default"]["OPTIONS"].setdefault(_name, f"{_value}")
# What PostgreSQL ends by itself, per kind of process; 0 is no limit. Commands have none.
DATABASE_LIMITS = {
    "web": {
        "statement_timeout": env.number("IOC_STATEMENT_SECONDS", 15),
        "lock_timeout": env.number("IOC_LOCK_SECONDS", 10),
        "idle_in_transaction_session_timeout": 60,  # a process that stands still within one holds its locks no longer
    },
    "worker": {
        "statement_timeout": env.number("IOC_WORKER_STATEMENT_SECONDS", 600),
        "lock_timeout": env.number("IOC_WORKER_LOCK_SECONDS", 120),
        "idle_in_transaction_session_timeout": 300,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- What the site is made of

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # autodiscovery would import leaflet.admin and with it GDAL
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "channels",
    "leaflet",
    "django_htmx",
    "csp",
    "axes",
    "hcmc_ioc",
    "accounts",
    "districts",
    "live",
    "attachments",
    "indicators",
    "feedback",
    "hooks",
    "signals",
    "dashboards",
    "coordination",
    "reports",
    "notifications",
]

DEMO = env.flag("IOC_DEMO", default=LOCAL)
if DEMO:
    INSTALLED_APPS.append("demo")  # the invented city and its commands: never where real tickets are kept

MIDDLEWARE = [
    "hcmc_ioc.middleware.request_id",
    "hcmc_ioc.middleware.unkept",
    "hcmc_ioc.health.healthz",
    "hcmc_ioc.metrics.served",
    "hcmc_ioc.metrics.measured",
    "hcmc_ioc.middleware.address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hcmc_ioc.middleware.compressed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hcmc_ioc.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
    "hcmc_ioc.middleware.unless_away",
]

ROOT_URLCONF = "hcmc_ioc.urls"
ASGI_APPLICATION = "hcmc_ioc.asgi.application"

_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "django.template.context_processors.i18n",
    "hcmc_ioc.context.site",
    "hcmc_ioc.context.csrf",
    "indicators.notices.bell",
    "coordination.directives.banner.waiting",
    "coordination.incidents.levels.header",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # how Django writes the fields of forms
        "OPTIONS": {"environment": "hcmc_ioc.jinja.environment", "context_processors": _CONTEXT},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",  # Django's admin alone
        "DIRS": [BASE_DIR / "templates" / "for_admin"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # fields look as templates/django/forms/field.html says

# --- People: sessions, signing in, locking out

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.People",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"
SESSION_ENGINE = "hcmc_ioc.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # one shift
SESSION_COOKIE_NAME = "ioc_session"
SESSION_COOKIE_SAMESITE = "Lax"  # what other sites let a browser ask is asked without a session
AXES_HANDLER = "accounts.attempts.Limits"  # which attempts are paused, and their log
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
READINGS_KEPT_DAYS = env.number("IOC_READINGS_KEPT_DAYS", 730)
SIGN_INS_KEPT_DAYS = env.number("IOC_SIGN_INS_KEPT_DAYS", 180)

# --- Words, time

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "ioc_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["hcmc_ioc.formats"]
USE_THOUSAND_SEPARATOR = False  # ids stand in templates too; numbers for people go through `intcomma`
USE_TZ = True
TIME_ZONE = CITY["time_zone"]

# --- Cache, live hints, background work: one Redis, a database and a prefix for each

CACHES = {
    "default": {
        "BACKEND": "hcmc_ioc.pooled.cache.SharedCache",
        "LOCATION": env.redis_database(REDIS_URL, 1),
        "KEY_PREFIX": CITY_CODE,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis_database(REDIS_URL, 2)], "prefix": f"ioc-{CITY_CODE}"},
    }
}
CELERY_BROKER_URL = env.celery_broker(env.redis_database(REDIS_URL, 0))
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{CITY_CODE}:",
    # A lost broker never holds up a page: one more try at once, then the sender is told.
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.05,
    "interval_max": 0.1,
    "socket_timeout": 15,
    "visibility_timeout": 3600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # beat sweeps what was not sent
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # the schedule is short and needs no file
CELERY_BEAT_SCHEDULE = {
    # Sweeps what a lost task left behind; a run that could not start in time is not owed later.
    "fold": {"task": "dashboards.tasks.fold", "schedule": 5.0, "options": {"expires": 5}},
    "feed": {"task": "live.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "waiting": {"task": "feedback.tasks.end_waiting", "schedule": 60.0, "options": {"expires": 60}},
    "journal": {"task": "feedback.tasks.forget_journal", "schedule": crontab(hour=4, minute=40)},
    "files": {"task": "feedback.tasks.write_files", "schedule": 60.0, "options": {"expires": 60}},
    "release": {"task": "feedback.tasks.release_assignees", "schedule": crontab(hour=5, minute=10)},
    "keys": {"task": "accounts.tasks.forget_keys", "schedule": 3600.0, "options": {"expires": 600}},
    "hooks": {"task": "hooks.tasks.send", "schedule": 5.0, "options": {"expires": 5}},
    "hook log": {"task": "hooks.tasks.forget", "schedule": crontab(hour=4, minute=50)},
    "tick": {"task": "dashboards.tasks.tick", "schedule": 5.0, "options": {"expires": 5}},
    "reminders": {"task": "indicators.tasks.remind", "schedule": 600.0, "options": {"expires": 300}},
    "pulls": {"task": "indicators.tasks.pull", "schedule": 60.0, "options": {"expires": 60}},
    "figure changes": {"task": "indicators.tasks.forget_changes", "schedule": crontab(hour=4, minute=45)},
    "alerts": {"task": "signals.tasks.watch", "schedule": 300.0, "options": {"expires": 240}},
    "clusters": {"task": "signals.tasks.clusters", "schedule": 60.0, "options": {"expires": 60}},
    "reports": {"task": "reports.tasks.make", "schedule": 60.0, "options": {"expires": 60}},
    "reports again": {"task": "reports.tasks.look_again", "schedule": crontab(hour=3, minute=20)},
    "directives": {"task": "coordination.tasks.follow", "schedule": 60.0, "options": {"expires": 60}},
    "leases and opinions": {"task": "coordination.tasks.remind", "schedule": 3600.0, "options": {"expires": 1800}},
    "mail": {"task": "notifications.tasks.send", "schedule": 60.0, "options": {"expires": 60}},
    "attachments": {"task": "attachments.tasks.sweep", "schedule": crontab(hour=5, minute=20)},
    "mail log": {"task": "notifications.tasks.forget", "schedule": crontab(hour=4, minute=55)},
    "owed": {"task": "indicators.tasks.freeze", "schedule": 600.0, "options": {"expires": 300}},
}

# --- Static files, maps, API

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR / "media"
ATTACHMENTS = Path(env.text("IOC_ATTACHMENTS") or VAR / "attachments") / CITY_CODE  # files that people attach
LARGEST_REQUEST = env.number("IOC_LARGEST_REQUEST_MB", 64) * 1024 * 1024
_manifest = STATIC_ROOT / "staticfiles.json"
BUILD_ID = env.text("IOC_BUILD_ID") or (f"{_manifest.stat().st_mtime_ns:x}" if _manifest.is_file() else "dev")

MAP_TILES_URL = env.text("MAP_TILES_URL")
LEAFLET_CONFIG = {
    "TILES": [("", MAP_TILES_URL, {"maxZoom": 19})] if MAP_TILES_URL else [],  # None would fetch foreign tiles
    "DEFAULT_CENTER": tuple(CITY["centre"]),
    "DEFAULT_ZOOM": 11,
    "MAX_ZOOM": 19,  # a map without tiles has none of its own
    "SCALE": "metric",
    "RESET_VIEW": False,
    "NO_GLOBALS": False,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.ClientAuthentication",
                                       "accounts.api.authentication.PersonAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["hcmc_ioc.lib.api.parsing.Json"],
    "DEFAULT_THROTTLE_CLASSES": ["hcmc_ioc.lib.api.throttling.CallerThrottle"],
    "EXCEPTION_HANDLER": "hcmc_ioc.lib.api.problems.handler",
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_PER_MINUTE = env.number("IOC_API_PER_MINUTE", 1200)  # of one client or person
HOOKS_OVERLAP_HOURS = env.number("IOC_HOOKS_OVERLAP_HOURS", 24)  # an old secret signs beside the new one
HOOKS_PRIVATE = env.flag("IOC_HOOKS_PRIVATE")  # webhooks may go to http, any port, private addresses

# --- Hosts, cookies, content policy

ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.networks("IOC_TRUSTED_PROXIES")  # who may say for whom they ask (hcmc_ioc/lib/origins.py)
CSRF_COOKIE_NAME = "ioc_csrf"
HTTPS = env.flag("IOC_HTTPS", default=not LOCAL)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.number("IOC_HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_tiles_origin = ["/".join(MAP_TILES_URL.split("/")[:3]).replace("{s}", "*")] if MAP_TILES_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_tiles_origin],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- E-mail beside the bell (notifications/): to a server; in local mode on the terminal; else none

EMAIL_HOST = env.text("IOC_SMTP_HOST")
_backend = "smtp" if EMAIL_HOST else "console" if LOCAL else "dummy"
EMAIL_BACKEND = f"django.core.mail.backends.{_backend}.EmailBackend"
_tls = env.text("IOC_SMTP_TLS", "starttls")
if _tls not in ("starttls", "ssl", "none"):
    raise ImproperlyConfigured(f"IOC_SMTP_TLS must be starttls, ssl or none, not {_tls!r}")
EMAIL_USE_TLS, EMAIL_USE_SSL = _tls == "starttls", _tls == "ssl"
EMAIL_PORT = env.number("IOC_SMTP_PORT", 465 if EMAIL_USE_SSL else 587)
EMAIL_HOST_USER = env.text("IOC_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("IOC_SMTP_PASSWORD")
DEFAULT_FROM_EMAIL = env.text("IOC_SMTP_FROM", "" if EMAIL_HOST else "ioc@localhost")
if not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("IOC_SMTP_HOST is set, but not IOC_SMTP_FROM, the address that mails come from")
EMAIL_TIMEOUT = 20
MAIL_ON = bool(EMAIL_HOST) or LOCAL
_host = ALLOWED_HOSTS[0].lstrip("*.") or "localhost"
_port = f":{env.number('PORT', 8000)}" if LOCAL else ""
ADDRESS = env.text("IOC_ADDRESS", f"http{'s' if HTTPS else ''}://{_host}{_port}").rstrip("/")  # how mails name the site

# --- Seen from outside: what Prometheus may read, and a line per request

METRICS_TOKEN = env.text("IOC_METRICS_TOKEN")
REQUEST_LOG = env.flag("IOC_REQUEST_LOG", default=not LOCAL)

# --- Logging: one line per event on stderr

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "hcmc_ioc.logs.LineFormatter"}},
    "filters": {"outages": {"()": "hcmc_ioc.logs.OutageFilter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["outages"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # strangers knocking by address: just 400
        "celery.app.trace": {"level": "WARNING"},  # a line per task every five seconds says nothing
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},  # a run that came too late is not owed: nothing to tell
        "celery.beat": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
