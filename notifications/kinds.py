"""What notices are about, by their code, for rules and choices."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib.words import Words
from indicators.models import Notice

KINDS: Mapping[str, Words] = {
    "directive": _("Chỉ đạo, kiến nghị"),
    "duty": _("Bàn giao ca trực"),
    "guidance": _("Hướng dẫn"),
    "weekly": _("Danh sách tuần: việc quá hạn lâu"),
    "lease": _("Hợp đồng thuê sắp hết hạn"),
    "opinion": _("Quá hạn cho ý kiến đầu tư"),
} | {code.value: code.label for code in Notice.Code}
ALWAYS = frozenset({"directive", "duty"})  # nobody mutes them


def name(code: str) -> Words:
    return KINDS.get(code, code)
