"""Working time: cases as people count them on a wall calendar, and the laws that hold for every case."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from districts.calendar import (
    Amount,
    AmountUnit,
    Calendar,
    Lands,
    OutsideCalendar,
    SpecialDay,
    add_working_time,
    move_by,
    parse_spans,
    working_minutes_between,
)
from districts.explanations import explain

MINUTES, HOURS, DAYS, CALENDAR = AmountUnit
SAIGON, BOSTON = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/New_York")
OFFICE = parse_spans("07:30-11:30, 13:00-17:00")
WEEK = [OFFICE] * 5 + [()] * 2


def _off(name, *days):
    return {date.fromisoformat(day): SpecialDay(name, name) for day in days}


TET = [f"2026-02-{day}" for day in range(14, 23)]
VIETNAM = Calendar(
    SAIGON,
    WEEK,
    _off("Nghỉ Tết Nguyên đán", *TET)
    | _off("Nghỉ Tết Dương lịch", "2026-01-01", "2026-01-02")
    | _off("Nghỉ lễ 30/4 và 1/5", "2026-04-30", "2026-05-01")
    | _off("Nghỉ Quốc khánh", "2026-08-31", "2026-09-01", "2026-09-02")
    | {
        date(2026, 1, 10): SpecialDay("Làm bù ngày 02/01", "Make-up day for 2 Jan", OFFICE),
        date(2026, 8, 22): SpecialDay("Làm bù ngày 31/8", "Make-up day for 31 Aug", OFFICE),
        date(2026, 2, 13): SpecialDay("Làm việc nửa ngày", "Half day", parse_spans("07:30-11:30")),
    },
)
USA = Calendar(BOSTON, [parse_spans("08:00-17:00")] * 5 + [()] * 2)


def at(text, tz=SAIGON):
    return datetime.fromisoformat(text).replace(tzinfo=tz)


CASES = [
    # what, start, amount, due
    ("five minutes run at night", "2026-03-07 23:58", 5, MINUTES, "2026-03-08 00:03"),
    ("an hour within the morning", "2026-03-09 08:00", 1, HOURS, "2026-03-09 09:00"),
    ("lunch is not work", "2026-03-09 11:00", 1, HOURS, "2026-03-09 13:30"),
    ("used up when lunch begins", "2026-03-09 10:30", 1, HOURS, "2026-03-09 11:30"),
    ("begun in the lunch break", "2026-03-09 12:10", 2, HOURS, "2026-03-09 15:00"),
    ("begun at night", "2026-03-09 22:00", 1, HOURS, "2026-03-10 08:30"),
    ("begun before the office opens", "2026-03-09 05:00", 1, HOURS, "2026-03-09 08:30"),
    ("over a weekend", "2026-03-06 16:30", 1, HOURS, "2026-03-09 08:00"),
    ("eight hours are a day", "2026-03-09 07:30", 8, HOURS, "2026-03-09 17:00"),
    ("a day is the next day's end", "2026-03-09 07:30", 1, DAYS, "2026-03-10 17:00"),
    ("the hour of the start does not matter", "2026-03-09 23:59", 1, DAYS, "2026-03-10 17:00"),
    ("begun on Saturday, Monday is day 1", "2026-03-07 09:00", 1, DAYS, "2026-03-09 17:00"),
    ("five days from Friday", "2026-03-06 10:00", 5, DAYS, "2026-03-13 17:00"),
    ("ten days over Tết 2026", "2026-02-12 16:45", 10, DAYS, "2026-03-05 17:00"),
    ("one day: the half day before Tết", "2026-02-12 10:00", 1, DAYS, "2026-02-13 11:30"),
    ("hours over a half day and Tết", "2026-02-13 10:30", 2, HOURS, "2026-02-23 08:30"),
    ("begun in Tết", "2026-02-17 09:00", 1, DAYS, "2026-02-23 17:00"),
    ("hours begun in Tết", "2026-02-17 09:00", 3, HOURS, "2026-02-23 10:30"),
    ("New Year 2026, no make-up day yet", "2025-12-31 15:00", 1, DAYS, "2026-01-05 17:00"),
    ("a make-up Saturday counts", "2026-01-09 15:00", 1, DAYS, "2026-01-10 17:00"),
    ("hours run into a make-up Saturday", "2026-01-09 16:30", 1, HOURS, "2026-01-10 08:00"),
    ("30/4 and 1/5", "2026-04-29 09:00", 1, DAYS, "2026-05-04 17:00"),
    ("make-up Saturday before 2/9", "2026-08-21 09:00", 2, DAYS, "2026-08-24 17:00"),
    ("2/9 with its bridge day", "2026-08-28 09:00", 1, DAYS, "2026-09-03 17:00"),
    ("calendar days, ending on a working day", "2026-03-02 09:00", 10, CALENDAR, "2026-03-12 17:00"),
    ("calendar days roll off a Saturday", "2026-03-04 09:00", 10, CALENDAR, "2026-03-16 17:00"),
    ("calendar days roll off Tết", "2026-02-10 09:00", 5, CALENDAR, "2026-02-23 17:00"),
    ("fifteen calendar days", "2026-04-16 09:00", 15, CALENDAR, "2026-05-04 17:00"),
]


@pytest.mark.parametrize(("start", "value", "unit", "due"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_worked_cases(start, value, unit, due):
    assert add_working_time(at(start), Amount(value, unit), VIETNAM).due == at(due)


def test_landing_says_otherwise():
    start = at("2026-03-09 12:15")
    assert add_working_time(start, Amount(1, DAYS), VIETNAM, Lands.EXACT).due == at("2026-03-10 13:00")
    assert add_working_time(start, Amount(1, HOURS), VIETNAM, Lands.END_OF_DAY).due == at("2026-03-09 17:00")


def test_daylight_saving_in_boston():
    """8 March 2026 has no hour from 2 to 3: minutes are real ones, office hours are the wall clock's."""
    eve = at("2026-03-07 23:30", BOSTON)
    minutes = add_working_time(eve, Amount(240, MINUTES), USA).due
    assert minutes == at("2026-03-08 04:30", BOSTON)
    assert minutes.astimezone(UTC) - eve.astimezone(UTC) == timedelta(hours=4)
    assert add_working_time(at("2026-03-06 16:00", BOSTON), Amount(2, HOURS), USA).due == at("2026-03-09 09:00", BOSTON)
    assert add_working_time(at("2026-10-30 09:00", BOSTON), Amount(1, DAYS), USA).due == at("2026-11-02 17:00", BOSTON)


def test_start_in_another_time_zone_is_the_same_moment():
    start = at("2026-03-09 06:30", SAIGON)  # 23:30 of the day before in UTC
    assert add_working_time(start.astimezone(UTC), Amount(1, DAYS), VIETNAM).due == at("2026-03-10 17:00")


def test_explanations_read_well():
    ten = add_working_time(at("2026-02-12 16:45"), Amount(10, DAYS), VIETNAM).explanation
    assert explain(ten) == (
        "10 ngày làm việc, tính từ 12/02/2026 16:45; bỏ qua 14–22/02: nghỉ Tết Nguyên đán; "
        "2 ngày nghỉ cuối tuần; có tính 13/02: làm việc nửa ngày; đến hạn 05/03/2026 17:00"
    )
    rolled = add_working_time(at("2026-04-16 09:00"), Amount(15, CALENDAR), VIETNAM).explanation
    assert explain(rolled, "en") == (
        "15 calendar days from 16 Apr 2026 09:00; "
        "the last day fell on 1–3 May: nghỉ lễ 30/4 và 1/5; due 4 May 2026 17:00"
    )
    one = add_working_time(at("2026-03-09 08:00"), Amount(1, HOURS), VIETNAM).explanation
    assert explain(one, "en") == "1 working hour from 9 Mar 2026 08:00; due 9 Mar 2026 09:00"
    assert explain({}) == ""


@pytest.mark.parametrize("value", [0, -3])
def test_no_amount_below_one(value):
    with pytest.raises(ValueError, match="at least 1"):
        Amount(value, DAYS)


@pytest.mark.parametrize("text", ["7h-9h", "11:30-07:30", "07:30-11:30, 11:00-12:00", "07:30"])
def test_spans_written_wrongly(text):
    with pytest.raises(ValueError, match="không đúng dạng|kết thúc phải sau|chồng lên nhau"):
        parse_spans(text)


def test_moments_the_calendar_does_not_know():
    with pytest.raises(OutsideCalendar):
        add_working_time(at("1999-01-01 08:00"), Amount(1, DAYS), VIETNAM)
    with pytest.raises(OutsideCalendar):
        add_working_time(at("2059-12-31 08:00"), Amount(9, HOURS), VIETNAM)
    with pytest.raises(OutsideCalendar):
        Calendar(SAIGON, [()] * 7).table  # noqa: B018
    with pytest.raises(ValueError, match="time zone"):
        add_working_time(datetime(2026, 1, 1), Amount(1, DAYS), VIETNAM)  # noqa: DTZ001


class TestPause:
    def promise(self, start, value, unit):
        made = add_working_time(at(start), Amount(value, unit), VIETNAM)
        return made.due, made.explanation

    def test_working_days_move_by_the_working_time_lost(self):
        due, why = self.promise("2026-03-09 09:00", 2, DAYS)
        assert move_by(due, at("2026-03-10 16:00"), at("2026-03-11 08:30"), VIETNAM, why) == at("2026-03-12 09:30")

    def test_a_pause_of_whole_days_keeps_the_end_of_day(self):
        due, why = self.promise("2026-03-09 09:00", 2, DAYS)
        assert move_by(due, at("2026-03-10 10:00"), at("2026-03-12 10:00"), VIETNAM, why) == at("2026-03-13 17:00")

    def test_a_night_costs_nothing(self):
        due, why = self.promise("2026-03-09 09:00", 2, DAYS)
        assert move_by(due, at("2026-03-09 18:00"), at("2026-03-10 07:00"), VIETNAM, why) == due

    def test_calendar_days_move_by_the_time_elapsed_and_roll(self):
        due, why = self.promise("2026-03-02 09:00", 10, CALENDAR)
        assert move_by(due, at("2026-03-05 09:00"), at("2026-03-06 11:00"), VIETNAM, why) == at("2026-03-13 19:00")
        assert move_by(due, at("2026-03-05 09:00"), at("2026-03-07 09:00"), VIETNAM, why) == at("2026-03-16 17:00")

    def test_a_date_from_outside_moves_by_the_time_elapsed(self):
        due = at("2026-03-10 17:00")
        assert move_by(due, at("2026-03-09 10:00"), at("2026-03-09 10:45"), VIETNAM, {}) == at("2026-03-10 17:45")

    def test_what_was_late_stays_late(self):
        due, why = self.promise("2026-03-09 09:00", 1, DAYS)
        assert move_by(due, at("2026-03-11 09:00"), at("2026-03-13 09:00"), VIETNAM, why) == due


# Laws

days_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))
clock = st.integers(0, 86_399)
hour_sets = st.sampled_from(["07:30-11:30, 13:00-17:00", "08:00-17:00", "00:00-24:00", "06:00-07:00"]).map(parse_spans)
working_amounts = st.tuples(st.integers(1, 60), st.sampled_from([HOURS, DAYS]))
all_amounts = st.builds(Amount, st.integers(1, 90), st.sampled_from(AmountUnit))


@st.composite
def calendars(draw):
    week = [draw(hour_sets) for _ in range(draw(st.integers(1, 7)))]
    off = {day: SpecialDay("Nghỉ", "Off") for day in draw(st.sets(days_2026, max_size=25))}
    half = {day: SpecialDay("Nửa ngày", "Half day", OFFICE[:1]) for day in draw(st.sets(days_2026, max_size=3))}
    tz = draw(st.sampled_from([SAIGON, BOSTON]))
    return Calendar(tz, week + [()] * (7 - len(week)), off | half)


def moment(calendar, day, second):
    return datetime.combine(day, datetime.min.time(), calendar.tz) + timedelta(seconds=second)


def counted_by_hand(calendar, a, b):
    """Working seconds between two local moments, day by day, span by span."""
    total, day = 0, a.date()
    while day <= b.date():
        for start, end in calendar.spans_on(day):
            midnight = datetime.combine(day, datetime.min.time(), calendar.tz)
            low = max(a, midnight + timedelta(minutes=start)).replace(tzinfo=None)
            high = min(b, midnight + timedelta(minutes=end)).replace(tzinfo=None)
            total += max(0, (high - low).total_seconds())
        day += timedelta(days=1)
    return total


@given(calendars(), days_2026, clock, working_amounts)
def test_lands_in_working_time_and_re_adds(calendar, day, second, amount):
    start, amount = moment(calendar, day, second), Amount(*amount)
    deadline = add_working_time(start, amount, calendar)
    due, why = deadline.due, deadline.explanation
    minute = due.hour * 60 + due.minute + due.second / 60
    midnight_end = due.hour == due.minute == due.second == 0
    spans = calendar.spans_on(due.date() - timedelta(days=1)) if midnight_end else calendar.spans_on(due.date())
    assert any(low < (minute or 1440) <= high for low, high in spans)
    if amount.unit is HOURS:
        assert counted_by_hand(calendar, start, due) == amount.value * 3600
        assert sum(used for _day, used in why["worked"]) == amount.value * 3600
    else:
        last = (due - timedelta(seconds=1)).date()
        passed = {day + timedelta(days=n) for n in range(1, (last - day).days + 1)}
        for first, final, *_names in why.get("skipped", []):
            length = (date.fromisoformat(final) - date.fromisoformat(first)).days + 1
            run = {date.fromisoformat(first) + timedelta(days=n) for n in range(length)}
            assert run <= passed
            assert not any(calendar.is_working_day(d) for d in run)
            passed -= run
        assert len(passed) == amount.value
        assert all(calendar.is_working_day(d) for d in passed)


@given(
    calendars(),
    days_2026,
    clock,
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([MINUTES, HOURS, DAYS]),
)
def test_a_plus_b_is_a_then_b(calendar, day, second, a, b, unit):
    closes_at_midnight = any(end == 1440 for spans in calendar.week for _start, end in spans)
    assume(not (closes_at_midnight and unit is DAYS))  # its day ends on the next date, which is then not counted
    start = moment(calendar, day, second)
    first = add_working_time(start, Amount(a, unit), calendar).due
    assert (
        add_working_time(first, Amount(b, unit), calendar).due
        == add_working_time(start, Amount(a + b, unit), calendar).due
    )


@given(calendars(), days_2026, clock, all_amounts, st.data())
def test_one_more_day_off_never_comes_earlier(calendar, day, second, amount, data):
    start = moment(calendar, day, second)
    due = add_working_time(start, amount, calendar).due
    extra = data.draw(st.dates(day, max(day, due.date()) + timedelta(days=3)))
    stricter = Calendar(calendar.tz, calendar.week, calendar.days | {extra: SpecialDay("Nghỉ", "Off")})
    assert add_working_time(start, amount, stricter).due >= due


@given(calendars(), days_2026, clock, st.integers(0, 40 * 86_400))
def test_minutes_between_equal_the_count_by_hand(calendar, day, second, length):
    a = moment(calendar, day, second)
    b = a + timedelta(seconds=length)
    assert working_minutes_between(a, b, calendar) == counted_by_hand(calendar, a, b) // 60
    assert working_minutes_between(b, a, calendar) == 0


@given(calendars(), days_2026, clock, working_amounts, st.integers(0, 10 * 86_400), st.integers(1, 10 * 86_400))
def test_what_was_left_before_a_pause_is_left_after_it(calendar, day, second, amount, wait, pause):
    start = moment(calendar, day, second)
    made = add_working_time(start, Amount(*amount), calendar)
    stop = start + timedelta(seconds=wait)
    resume = stop + timedelta(seconds=pause)
    moved = move_by(made.due, stop, resume, calendar, made.explanation)
    assert moved >= made.due
    if stop < made.due:
        assert counted_by_hand(calendar, min(resume, moved), moved) == counted_by_hand(calendar, stop, made.due)
