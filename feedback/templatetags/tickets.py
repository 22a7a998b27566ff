"""How tickets look in templates. `{% load tickets %}`"""

from django import template
from django.utils.translation import get_language

from districts.explanations import explain as explain_deadline
from feedback.console import receipts
from feedback.rules import reasons
from hcmc_ioc.lib.phones import spoken
from hcmc_ioc.lib.text import mask_name, mask_phone

register = template.Library()
register.filter("spoken_code", receipts.spoken_code)
register.filter("full_category", reasons.full_name)
register.filter("masked_phone", mask_phone)
register.filter("masked_name", mask_name)
register.filter("spoken_phone", spoken)


@register.filter
def explained(explanation: dict) -> str:
    """Why a promise falls due when it does: which days were skipped."""
    return explain_deadline(explanation, get_language() or "vi")


@register.filter
def get(mapping, key):
    return mapping.get(key, "")
