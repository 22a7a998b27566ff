"""What coordination tells the apps below when all are ready: topics, takers of the feed, what stands beside things."""

from accounts.actors import Actor, Kind
from coordination import attaching, topics
from coordination.centres import leases
from coordination.centres import on_wall as rollout_on_wall
from coordination.directives import actions, beside, subjects, telling, weekly
from coordination.guidance import telling as guidance_telling
from coordination.incidents import access as incident_access
from coordination.incidents import actions as incidents
from coordination.incidents import alerts, duty, levels, on_wall, subject
from coordination.investments import overdue
from indicators import notices
from live import feed
from live import topics as live_topics
from signals import watching


def register() -> None:
    """Called once, by the app's config."""
    topics.register()
    attaching.register()
    feed.register(feed.Taker("directive-notices", frozenset({actions.KIND}), telling.take))
    telling.register()
    guidance_telling.register()
    leases.register()
    overdue.register()
    weekly.register()
    feed.register(feed.Taker("duty-log", frozenset({watching.KIND}), alerts.take))
    beside.register()
    live_topics.register(levels.TOPIC, live_topics.Kind(_anybody, numbered=False))
    live_topics.register(incidents.ALL, live_topics.Kind(_may_hear_incidents, numbered=False))
    live_topics.register(incidents.TOPIC, live_topics.Kind(_may_hear_incident))
    live_topics.register(duty.TOPIC, live_topics.Kind(_may_hear_duty, numbered=False))
    notices.worded[duty.CODE] = duty.words
    on_wall.register()
    rollout_on_wall.register()
    subjects.kinds["su-co"] = subject.find


def _anybody(actor: Actor, _number: int | None) -> bool:
    """The city's level is nobody's secret."""
    return True


def _may_hear_incidents(actor: Actor, _number: int | None) -> bool:
    return actor.kind == Kind.DEVICE or incident_access.may_read(actor)


def _may_hear_incident(actor: Actor, number: int | None) -> bool:
    return number is not None and incident_access.readable(actor).filter(pk=number).exists()


def _may_hear_duty(actor: Actor, _number: int | None) -> bool:
    return incident_access.may_run(actor)
