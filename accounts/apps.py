from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Người dùng và vai trò")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from axes.signals import user_locked_out
        from django.contrib.auth.signals import user_login_failed

        from hcmc_ioc.lib.metrics import REFUSALS

        user_login_failed.connect(lambda **_more: REFUSALS.labels("password").inc(), weak=False)
        user_locked_out.connect(lambda **_more: REFUSALS.labels("locked").inc(), weak=False)
