"""Every verb of every kind of actor asks: verb × kind × role, complete, and the verbs themselves refuse the same."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Kind
from accounts.roles import CITYWIDE, HOTLINE, UNIT, Role
from feedback import access, actions
from feedback.models import Ticket
from feedback.rules import rights
from feedback.rules.workflow import MOVES
from tests.city import by, intake, unit, worker
from tests.feedback.test_actions import given_for, opened

pytestmark = pytest.mark.django_db
BESIDE = rights.SHARED | rights.IN_AREA


def actors_of_every_kind(cast) -> dict[str, Actor]:
    """One of each kind: every role in Quận 1 or the city, every scope, every job, devices, citizens."""
    city, q1 = unit("79").pk, unit("760").pk
    found = {f"person {person.role}": by(person) for person in vars(cast).values() if person.username != "khoa"}
    found |= {f"client {scope}": Actor.client(1, q1, [scope]) for scope in rights.SCOPES}
    found |= {f"job {job}": Actor.system(job) for job in [*rights.JOBS, "unknown"]}
    return found | {
        "client without scopes": Actor.client(2, city, []), "device": Actor.device(3, city), "citizen": Actor.citizen(),
    }


def expected(actor: Actor) -> frozenset:
    """The same table written a second time, from the roles and the design, not from the code's tables."""
    role = actor.role
    staff, operator = Role.UNIT_STAFF, Role.OPERATOR
    by_scope = {
        "tickets:read": {"view"}, "contacts:read": {"contact"}, "figures:read": {"figures"},
        "open311:write": {"open"},
        "tickets:write": {verb for verb, move in MOVES.items() if staff in move.roles},
        "tickets:dispatch": {verb for verb, move in MOVES.items() if operator in move.roles},
    }
    if actor.kind == Kind.CLIENT:
        return frozenset().union(*(by_scope[scope] for scope in actor.scopes))
    if actor.kind == Kind.SYSTEM:
        jobs = {"waiting": {"stop_waiting"}, "release": {"unassign"},
                "import": {"open", "forward", "resolve", "close"}, "demo": set(MOVES)}
        return frozenset(jobs.get(actor.job, ()))
    if actor.kind == Kind.DEVICE:
        return frozenset({"figures"})
    if actor.kind == Kind.CITIZEN:
        return frozenset({"open", "view", "rate", "reopen"})
    allowed = {verb for verb, move in MOVES.items() if role in move.roles}
    allowed |= {"view", "figures"} if role in CITYWIDE | UNIT else set()
    allowed |= {"city_figures"} if role in CITYWIDE else set()
    allowed |= {"contact"} if role in HOTLINE | UNIT | {Role.CITY_LEADER} else set()
    allowed |= {"share_view"} if role in {Role.SUPERVISOR, Role.CITY_LEADER, Role.ANALYST, Role.UNIT_LEADER} else set()
    return frozenset(allowed | ({"search_phone"} if role in HOTLINE else set()))


def test_every_kind_and_every_role_is_walked(cast):
    actors = actors_of_every_kind(cast).values()
    assert {actor.kind for actor in actors} == set(Kind)
    assert {actor.role for actor in actors} == {*Role, ""}


def test_who_may_what_somewhere(cast):
    for name, actor in actors_of_every_kind(cast).items():
        for verb in rights.VERBS:
            assert access.may(actor, verb) == (verb in expected(actor)), (name, verb)


def test_who_may_what_on_a_ticket_here_beside_and_elsewhere(cast):
    here, elsewhere = opened(), opened(area="778", lat=None, lon=None)
    shared = opened(area="778", lat=None, lon=None)
    shared.coordinating.add(unit("760"))
    of_a_department = opened(category="dien-su-co")
    for name, actor in actors_of_every_kind(cast).items():
        everywhere = actor.scope is None
        for verb in rights.VERBS - {"open"}:
            allowed = verb in expected(actor) and actor.kind != Kind.CITIZEN
            allowed = allowed and (everywhere or verb not in rights.DECISIONS)
            assert access.may(actor, verb, here) == allowed, (name, verb)
            assert access.may(actor, verb, elsewhere) == (allowed and everywhere), (name, verb)
            beside = allowed and (everywhere or verb in rights.SHARED)
            assert access.may(actor, verb, shared) == beside, (name, verb)
            in_area = allowed and (everywhere or verb in rights.IN_AREA)
            assert access.may(actor, verb, of_a_department) == in_area, (name, verb)


def test_a_citizen_reaches_the_ticket_of_their_link_alone(town):
    mine, other = opened(), opened()
    citizen = Actor.citizen(mine.pk)
    assert access.may(citizen, "rate", mine) and not access.may(citizen, "rate", other)
    assert not access.may(citizen, "accept", mine)
    assert list(Ticket.objects.visible_to(citizen)) == [mine]


def test_lists_and_single_answers_agree_for_every_kind(cast):
    tickets = [opened(), opened(area="778", lat=None, lon=None), opened(category="dien-su-co")]
    for name, actor in actors_of_every_kind(cast).items():
        visible = set(Ticket.objects.visible_to(actor).values_list("pk", flat=True))
        assert visible == {t.pk for t in tickets if access.may(actor, "view", t)}, name
        parts = [ticket.pk for part in Ticket.objects.parts_visible_to(actor) for ticket in part]
        assert sorted(parts) == sorted(visible), name


@pytest.mark.parametrize("verb", actions.VERBS)
def test_every_verb_itself_asks_every_kind(verb, cast):
    ticket = opened(area="778", lat=None, lon=None)
    for name, actor in actors_of_every_kind(cast).items():
        if not access.may(actor, verb, ticket):
            with pytest.raises(PermissionDenied):
                actions.VERBS[verb](actor=actor, ticket_id=ticket.pk, **given_for(verb, ticket, cast))
            assert Ticket.objects.get(pk=ticket.pk).version == ticket.version, name


def test_a_new_ticket_asks_too(cast):
    cast.dien = worker("dien", Role.UNIT_STAFF, "EVNHCMC")
    for actor in (by(cast.ha), by(cast.dien), by(cast.nobody), Actor.device(3, unit("79").pk), Actor.system("unknown"),
                  Actor.client(1, unit("760").pk, ["tickets:read"])):
        with pytest.raises(PermissionDenied):
            actions.open_ticket(actor=actor, intake=intake(occurred_at=None))
    assert not Ticket.objects.exists()
