"""A life lived by single verbs and the same life written in bulk leave the same rows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DataError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from accounts.actors import Actor
from feedback import actions, bulk
from feedback.models import EventText, Promise, Reporter, Ticket, TicketEvent
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, IllegalMove
from tests.city import intake, unit

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, 15, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
ACTOR = Actor.system("demo")
REPORTER = {"name": "Trần Văn\tTám", "phone": "+84900000123", "email": "tam@example.org"}

# Each life: (hours after the start, verb, what is given).
LIVES = {
    "untouched": [],
    "resolved late": [(2, "accept", {}), (700, "resolve", {"reply": "Đã xử lý\nxong \\ hẳn"})],
    "asked and resumed": [(1, "accept", {}), (2, "ask_citizen", {"reply": "Ở đâu?"}), (90, "resume", {"note": "Đây"}),
                          (91, "resolve", {"reply": "Xong"}), (95, "rate", {"score": 2})],
    "returned and forwarded": [(1, "send_back", {"note": "Sai thẩm quyền"}), (2, "forward", {"unit": "778"}),
                               (3, "accept", {}), (4, "transfer", {"unit": "760", "note": "Đúng chỗ"})],
    "reopened": [(5, "resolve", {"reply": "Xong"}), (30, "close", {}),
                 (50, "reopen", {"asked_by": "citizen", "note": "Chưa xong"}),
                 (60, "accept", {}), (61, "resolve", {"reply": "Xong thật"})],
    "extended": [(2, "accept", {}), (20, "ask_extension", {"due_at": START + timedelta(days=14), "note": "Chờ vật tư"}),
                 (30, "extend", {}), (290, "resolve", {"reply": "Xong"})],
    "handed over late": [(2, "accept", {}), (400, "transfer", {"unit": "778", "note": "Đúng chỗ"}),
                         (500, "resolve", {"reply": "Xong"})],
    "rejected": [(1, "reject", {"reply": "Không thuộc phạm vi"})],
}


def given(what):
    return {k: unit(v).pk if k == "unit" else v for k, v in what.items()}


def by_verbs(life, **changes):
    report = intake(occurred_at=START, **changes)
    ticket = actions.open_ticket(actor=ACTOR, at=START, intake=report, reporter=REPORTER)
    for hours, verb, what in life:
        at = START + timedelta(hours=hours)
        actions.VERBS[verb](actor=ACTOR, ticket_id=ticket.pk, at=at, **given(what))
    return ticket.pk


def in_bulk(life, **changes):
    book = rulebook()
    story = bulk.Story.open(intake(occurred_at=START, **changes), book=book, actor=ACTOR, reporter=REPORTER)
    for hours, verb, what in life:
        story.then(verb, START + timedelta(hours=hours), book=book, actor=ACTOR, **given(what))
    bulk.write([story], job=ACTOR, zone=book.zone)
    return story.life.ticket.pk


def rows_of(pk):
    """Everything stored about a ticket, without the keys that must differ."""
    own = {"id", "ticket_id", "event_id", "code", "search"}

    def plain(rows):
        return [{k: v for k, v in row.items() if k not in own} for row in rows]

    return {
        "ticket": plain(Ticket.objects.filter(pk=pk).values()),
        "coordinating": list(Ticket.objects.get(pk=pk).coordinating.values_list("code", flat=True)),
        "promises": plain(Promise.objects.filter(ticket_id=pk).order_by("pk").values()),
        "events": plain(TicketEvent.objects.filter(ticket_id=pk).order_by("pk").values()),
        "texts": plain(EventText.objects.filter(event__ticket_id=pk).order_by("pk").values()),
        "reporters": plain(Reporter.objects.filter(ticket_id=pk).order_by("pk").values()),
    }


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES.keys())
@pytest.mark.parametrize("place", ["760", None])
def test_verb_and_bulk_leave_identical_rows(town, life, place):
    area = {"area_id": unit(place).pk if place else None}
    if place is None and life:
        life = [(0, "forward", {"unit": "760"}), *life]
    assert rows_of(by_verbs(life, **area)) == rows_of(in_bulk(life, **area))


# Those that need rows of others, or a promise that has a key: examples above and `tests.demo` hold them.
IN_BULK = sorted(set(MOVES) - {"open", "merge", "unmerge", "absorb", "release", "assign", "withdraw", "disclose"})


@settings(deadline=None, max_examples=40, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@drawn(steps=st.lists(st.tuples(st.sampled_from(IN_BULK), st.integers(1, 200), st.sampled_from(["760", "778"])),
                      min_size=10, max_size=40), place=st.sampled_from(["760", None]))
def test_any_life_leaves_the_same_rows_both_ways(town, steps, place):
    """The moves that one way refuses, the other refuses too."""
    area = {"area_id": unit(place).pk if place else None}
    ticket = actions.open_ticket(actor=ACTOR, at=START, intake=intake(occurred_at=START, **area), reporter=REPORTER)
    story = bulk.Story.open(intake(occurred_at=START, **area), book=rulebook(), actor=ACTOR, reporter=REPORTER)
    hours = 0
    for verb, later, code in steps:
        hours += later
        at = START + timedelta(hours=hours)
        every = {"unit": unit(code).pk, "note": "x", "reply": "Trả\tlời", "score": 3, "asked_by": "leader",
                 "due_at": at + timedelta(days=6)}
        what = {need: every[need] for need in MOVES[verb].needs}
        if verb == "edit":
            what |= {"values": {"urgency": "urgent" if later % 2 else "normal"}, "changes": ["urgency"]}
        if verb == "join":
            what["reporter"] = {"name": "Bình"}
        single = {name: value for name, value in what.items() if name != "changes"}  # the verb names them itself
        is_made = _made(actions.VERBS[verb], actor=ACTOR, ticket_id=ticket.pk, at=at, **single)
        assert _made(story.then, verb, at, book=rulebook(), actor=ACTOR, **what) == is_made, verb
    bulk.write([story], job=ACTOR, zone=rulebook().zone)
    assert rows_of(ticket.pk) == rows_of(story.life.ticket.pk)


def _made(move, *args, **given) -> bool:
    try:
        move(*args, **given)
    except IllegalMove:
        return False
    return True


def test_coordinating_units_are_written_in_bulk_too(town):
    changes = {"category_id": intake("chieu-sang-den-tat", occurred_at=None).category_id}
    assert rows_of(by_verbs([], **changes)) == rows_of(in_bulk([], **changes))
    assert rows_of(in_bulk([], **changes))["coordinating"] == ["SAPULICO"]


def test_nothing_is_written_when_one_of_many_cannot_be(town):
    book = rulebook()
    stories = [bulk.Story.open(intake(occurred_at=START), book=book, actor=ACTOR) for _n in range(2)]
    stories[1].life.ticket.title = "x" * 500  # longer than the column
    with pytest.raises(DataError):
        bulk.write(stories, job=ACTOR, zone=book.zone)
    assert not Ticket.objects.exists() and not TicketEvent.objects.exists()


def test_whoever_asks_the_database_while_rows_are_copied_is_refused(town):
    """Instead of waiting for ever on the connection that copies; and nothing is half-written."""
    story = bulk.Story.open(intake(occurred_at=START), book=rulebook(), actor=ACTOR)
    with pytest.raises(RuntimeError, match="while rows are copied"), transaction.atomic():
        bulk.write([story], job=ACTOR, zone=rulebook().zone, meanwhile=lambda: Ticket.objects.count())
    assert not Ticket.objects.exists()


def test_a_row_made_fast_is_the_row_that_django_makes(town):
    """Every column with its default, those made per row not shared."""
    stories = [bulk.Story.open(intake(occurred_at=START), book=rulebook(), actor=ACTOR) for _n in range(2)]
    for model, rows in ((Ticket, [s.life.ticket for s in stories]), (Promise, [s.life.promises[0] for s in stories])):
        fresh = {name for name in vars(model()) if name != "_state"}
        for row in rows:
            assert {name for name in vars(row) if name != "_state"} == fresh
            assert row._state.adding and row._state.db is None
    first, second = (bulk.Story.open(intake(occurred_at=START, promise=START), book=rulebook(), actor=ACTOR)
                     for _n in range(2))
    assert first.life.promises[0].explanation is not second.life.promises[0].explanation
