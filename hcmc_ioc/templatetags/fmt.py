"""How figures, times, states and icons look in templates."""

from django.utils import translation

from hcmc_ioc.lib import assets, pills, words
from hcmc_ioc.lib.templating import Library, same

register = Library()
register.filter("number", words.number)
register.filter("percent", words.percent)
register.filter("worktime", words.worktime)
register.simple_tag(assets.icon, name="icon")
register.simple_tag(assets.address, name="asset")
register.simple_tag(same)
for tag in (pills.pill, pills.state_pill, pills.urgency_pill, pills.moment, pills.ago, pills.countdown):
    register.simple_tag(tag)

MESSAGES = {"success": "ok", "warning": "warn", "error": "danger"}


@register.filter
def city_name(city, form="long"):
    """The city's name in the language in force; `city|city_name:"short"` for “TP.HCM”."""
    language = "en" if translation.get_language() == "en" else "vi"
    return city[f"{'short_name' if form == 'short' else 'name'}_{language}"]


@register.simple_tag
def message_icon(level):
    """The shape of a message of django.contrib.messages."""
    return assets.icon(pills.SHAPES[MESSAGES.get(level, "info")])


@register.simple_tag(takes_context=True)
def with_query(context, **changes):
    """The page's address with some query values changed: `href="{{ with_query(page=2, q=None) }}"`."""
    asked = context["request"].GET.copy()
    for name, value in changes.items():
        asked.pop(name, None)
        if value not in (None, ""):
            asked[name] = value
    return f"?{asked.urlencode()}"
