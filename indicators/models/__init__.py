"""Indicators and what they mean, sets that units owe, deliveries, values and their revisions, sums, whether they are
right; what is shared."""

from .catalogue import Indicator, IndicatorField, IndicatorVersion, Target
from .datasets import Column, DataSet, DataSetSubscription, DataSetVersion
from .definitions import Opinion, Proposal
from .judging import JudgementMark, Method, Reply, SavedJudgement
from .pulls import Pull, PullHost, PullRun
from .quality import Check, Failure, Issue
from .sets import Keeper, Owed, ReminderTerm, SetItem, ValueSet
from .sharing import (
    AccessRequest,
    DataRequest,
    DataVote,
    DemandedLine,
    DemandedReport,
    GrantedReading,
    Notice,
    Subscription,
)
from .upkeep import RuleChange
from .values import Delivery, FigureChange, Revision, Staged, Total, Value

__all__ = [
    "AccessRequest", "Check", "Column", "DataRequest", "DataSet", "DataSetSubscription", "DataSetVersion", "DataVote",
    "Delivery", "DemandedLine", "DemandedReport", "Failure", "FigureChange", "GrantedReading", "Indicator",
    "IndicatorField", "IndicatorVersion", "Issue", "JudgementMark", "Keeper", "Method", "Notice", "Opinion", "Owed",
    "Proposal", "Pull", "PullHost", "PullRun", "ReminderTerm", "Reply", "Revision", "RuleChange", "SavedJudgement",
    "SetItem", "Staged", "Subscription", "Target", "Total", "Value", "ValueSet",
]
