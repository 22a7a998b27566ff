"""Indicators and what they mean, sets that units owe, deliveries, values and their revisions, sums."""

from .catalogue import Indicator, IndicatorField, IndicatorVersion, Target
from .sets import Keeper, Owed, SetItem, ValueSet
from .values import Delivery, Revision, Staged, Total, Value

__all__ = [
    "Delivery", "Indicator", "IndicatorField", "IndicatorVersion", "Keeper", "Owed", "Revision", "SetItem", "Staged",
    "Target", "Total", "Value", "ValueSet",
]
