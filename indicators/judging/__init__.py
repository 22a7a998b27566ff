"""Indicators judged: one over time (`of`), units beside each other (`peers.of`)."""

from indicators.judging.over_time import Judged, of, told
from indicators.judging.plans import Mark, Plan

__all__ = ["Judged", "Mark", "Plan", "of", "told"]
