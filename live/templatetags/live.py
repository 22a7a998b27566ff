"""The versions of live topics, for pages of other apps."""


from hcmc_ioc.lib.templating import Library
from live import topics

register = Library()


@register.simple_tag
def topic_versions(names: str) -> str:
    """The versions at which the topics of a region stand: `data-version="{{ topic_versions('unit:42 city') }}"`.

    Write it before whatever the region shows: what changes in between is then asked again rather than missed.
    """
    asked = names.split()
    versions = topics.versions(asked)
    return " ".join(str(versions[name]) for name in asked)
