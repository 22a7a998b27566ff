"""What the city and its units ask of each other, by room."""

from coordination.models.centres import (
    Centre,
    CentreModule,
    CentreSetting,
    CentreStatus,
    ConnectionRule,
    Milestone,
    Rollout,
    Sign,
    Status,
    Step,
)
from coordination.models.changes import Change
from coordination.models.consultations import (
    Candidate,
    Condition,
    Consultation,
    MatchRule,
    Risk,
    Tier,
    WordGroup,
)
from coordination.models.investments import Baseline, Component, Funding, Item, ItemFile, Rating

__all__ = [
    "Baseline", "Candidate", "Centre", "CentreModule", "CentreSetting", "CentreStatus", "Change", "Component",
    "Condition", "ConnectionRule", "Consultation", "Funding", "Item", "ItemFile", "MatchRule", "Milestone", "Rating",
    "Risk", "Rollout", "Sign", "Status", "Step", "Tier", "WordGroup",
]
