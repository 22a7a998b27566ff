"""Conditions of an opinion on their way to directives: the one place where both rooms meet."""

from accounts.actors import Actor
from coordination.models import Consultation


def hand_over(actor: Actor, consultation: Consultation) -> int:
    """Give the unit a directive for each condition that has none; returns how many. Until directives can be given from
    here, conditions stand on the consultation's page with their terms."""
    return 0
