"""What an e-mail says: the sentence of the notice, where to look, why one gets it."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from hcmc_ioc.lib.names import in_force
from indicators import saying
from indicators.models import Notice
from notifications import kinds

LONGEST = 150


def written(notice: Notice) -> tuple[str, str]:
    """Subject and text in the language of whom it is for."""
    with translation.override(notice.user.language):
        sentence = " ".join(saying.notice(notice).split())
        city = in_force(settings.CITY["short_name_vi"], settings.CITY["short_name_en"])
        said = {"sentence": sentence, "link": settings.ADDRESS + notice.link, "kind": kinds.name(notice.code),
                "name": notice.user.full_name, "choices": settings.ADDRESS + reverse("mail_choices")}
        why = _always() if notice.code in kinds.ALWAYS else _chosen()
        return Truncator(f"[IOC {city}] {sentence}").chars(LONGEST), f"{_body()}\n\n-- \n{why}\n" % said


def _body() -> str:
    return _("Kính gửi %(name)s,\n\n%(sentence)s\n\nXem tại: %(link)s")


def _always() -> str:
    return _("Thư tự động về loại thông báo “%(kind)s”, gửi vì thông báo chưa được đọc. "
             "Loại này không tắt được. Các loại khác: %(choices)s")


def _chosen() -> str:
    return _("Thư tự động về loại thông báo “%(kind)s”, gửi vì thông báo chưa được đọc. "
             "Tắt thư của loại này tại: %(choices)s")
