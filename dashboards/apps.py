from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = _("Số liệu")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from dashboards import topics
        from dashboards.figures import as_indicators
        from dashboards.screens import parts

        topics.register()
        parts.register()
        as_indicators.register()
