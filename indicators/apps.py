from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = _("Chỉ số")

    def ready(self) -> None:
        from indicators import quality_figures, topics

        topics.register()
        quality_figures.register()
