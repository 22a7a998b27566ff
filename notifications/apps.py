from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Thư báo")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hcmc_ioc.lib import metrics
        from indicators import notices
        from live import feed
        from notifications import queueing, sending

        feed.register(feed.Taker("mail", frozenset({notices.NOTICE}), queueing.take))
        metrics.queue("mail queue", sending.oldest)
