from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("Phản ánh")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from feedback import attaching, topics
        from feedback.models import ListFile
        from hcmc_ioc.lib.metrics import queue

        topics.register()
        attaching.register()
        waiting = ListFile.objects.filter(finished_at=None, has_failed=False)
        queue("files", lambda: waiting.order_by("made_at").values_list("made_at", flat=True).first())
