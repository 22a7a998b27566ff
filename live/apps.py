from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("Màn hình tường")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from hcmc_ioc.lib.metrics import part
        from live import signs

        for name in (*signs.PARTS, "backup"):
            part(name, partial(signs.last, name))
