"""Which promise applies, and until when. Pure over the rows and the calendar passed in.

The amounts come from the 1022 regulation (QĐ 4874/QĐ-UBND 2023; quy chế of September 2025: 5 minutes to forward,
1 hour when competence is unclear, 10 days to answer, 15 when several agencies are needed); see docs/domain notes in
`feedback/data/<city>/deadline_rules.csv`, where each row names its regulation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from districts.calendar import Amount, AmountUnit, Calendar, add_working_time


@dataclass(frozen=True)
class Case:
    """What a deadline rule asks about a ticket; `on` is the local date of receipt."""

    category_id: int
    field_id: int | None
    urgency: str
    needs_several: bool
    on: date


@dataclass(frozen=True)
class Due:
    at: datetime
    rule: Any  # the DeadlineRule row
    explanation: dict


def choose(rules, kind: str, case: Case):
    """The first rule of `kind` that fits, or None when the city makes no such promise."""
    for rule in rules:
        if (
            rule.kind == kind
            and rule.valid_from <= case.on
            and (rule.valid_to is None or case.on <= rule.valid_to)
            and (not rule.category_id or rule.category_id in (case.category_id, case.field_id))
            and (not rule.urgency or rule.urgency == case.urgency)
            and (rule.needs_several is None or rule.needs_several == case.needs_several)
        ):
            return rule
    return None


def due(rules, kind: str, case: Case, start: datetime, calendar: Calendar) -> Due | None:
    """When the promise of `kind` made at `start` falls due, with the rule and the explanation; None without a rule."""
    rule = choose(rules, kind, case)
    if rule is None:
        return None
    deadline = add_working_time(start, Amount(rule.amount, AmountUnit(rule.amount_unit)), calendar)
    return Due(deadline.due, rule, deadline.explanation)
