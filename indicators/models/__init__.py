"""Indicators and what they mean, sets that units owe, deliveries, values and their revisions, sums,
and whether they are right."""

from .catalogue import Indicator, IndicatorField, IndicatorVersion, Target
from .quality import Check, Failure, Issue
from .sets import Keeper, Owed, SetItem, ValueSet
from .values import Delivery, Revision, Staged, Total, Value

__all__ = [
    "Check", "Delivery", "Failure", "Indicator", "IndicatorField", "IndicatorVersion", "Issue", "Keeper", "Owed",
    "Revision", "SetItem", "Staged", "Target", "Total", "Value", "ValueSet",
]
