from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HooksConfig(AppConfig):
    name = "hooks"
    verbose_name = _("Webhook")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from hcmc_ioc.lib.metrics import queue
        from hooks import topics
        from hooks.models import Delivery

        topics.register()
        waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
        queue("webhooks", lambda: waiting.order_by("made_at").values_list("made_at", flat=True).first())
