"""The table of states and moves, walked as a graph."""

import pytest

from accounts.roles import CITYWIDE, HOTLINE, UNIT, Role
from feedback.rules import workflow
from feedback.rules.workflow import DONE, MOVES, NEEDS, OPEN, Clock, State


def reachable(start):
    seen, front = {start}, [start]
    while front:
        state = front.pop()
        for move in MOVES.values():
            if move.target and state in move.sources and move.target not in seen:
                seen.add(move.target)
                front.append(move.target)
    return seen


def test_every_state_is_reached_from_new():
    assert reachable(State.NEW) == set(State)


@pytest.mark.parametrize("state", State)
def test_no_state_is_a_trap(state):
    assert State.RESOLVED in reachable(state)


def test_open_and_done_cover_all_states_once():
    assert set(State) == OPEN | DONE
    assert not OPEN & DONE


def test_every_need_has_a_message_and_every_move_its_words():
    for move in MOVES.values():
        assert set(move.needs) <= NEEDS.keys()
        assert str(move.label) and str(move.done)


def test_the_citizen_is_told_of_every_change_of_state():
    for move in MOVES.values():
        if move.target is not None:
            assert str(move.public), move.verb


def test_clocks_match_what_moves_do():
    """The clock stops only on the way into waiting, and a promise is settled only on the way out of the open states."""
    for move in MOVES.values():
        assert (move.clock is Clock.STOP) == (move.target is State.WAITING)
        if move.clock in (Clock.MEET, Clock.WITHDRAW):
            assert move.target in DONE
        if move.target in OPEN and move.sources & DONE:
            assert move.clock is Clock.START


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", State)
def test_check_follows_the_table(verb, state):
    move = MOVES[verb]
    given = dict.fromkeys(move.needs, "x")
    if state in move.sources:
        assert workflow.check(verb, state, given) is move
    else:
        with pytest.raises(workflow.IllegalMove):
            workflow.check(verb, state, given)


@pytest.mark.parametrize("move", [m for m in MOVES.values() if m.needs and m.sources], ids=lambda m: m.verb)
def test_what_is_missing_is_named(move):
    with pytest.raises(workflow.IllegalMove) as caught:
        workflow.check(move.verb, next(iter(move.sources)), {})
    assert set(caught.value.errors) == set(move.needs)


def test_who_does_what():
    """The whole table of roles in one place: a change here is a change of the city's order of work."""
    both = UNIT | HOTLINE
    assert {m.verb: set(m.roles) for m in MOVES.values()} == {
        "open": both, "forward": HOTLINE, "accept": UNIT, "assign": UNIT, "start": UNIT, "ask_citizen": UNIT,
        "resume": both, "report_progress": UNIT, "transfer": UNIT | {Role.SUPERVISOR}, "send_back": UNIT,
        "resolve": UNIT, "close": HOTLINE, "reject": HOTLINE, "merge": HOTLINE, "unmerge": HOTLINE, "reopen": HOTLINE,
        "ask_reopening": UNIT, "refuse_reopening": HOTLINE,
        "ask_extension": UNIT, "extend": {Role.SUPERVISOR, Role.CITY_LEADER},
        "refuse_extension": {Role.SUPERVISOR, Role.CITY_LEADER}, "withdraw": {Role.SUPERVISOR}, "clarify": HOTLINE,
        "disclose": {Role.SUPERVISOR},
        "edit": HOTLINE, "note": both | {Role.CITY_LEADER}, "join": both, "rate": HOTLINE,
        # These follow from time, or from a merge.
        "stop_waiting": set(), "unassign": set(), "absorb": set(), "release": set(),
    }
    assert not {Role.ANALYST, Role.ADMINISTRATOR} & set().union(*(m.roles for m in MOVES.values()))
    assert Role.ADMINISTRATOR not in CITYWIDE
