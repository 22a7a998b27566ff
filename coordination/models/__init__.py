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

__all__ = [
    "Centre", "CentreModule", "CentreSetting", "CentreStatus", "Change", "ConnectionRule", "Milestone", "Rollout",
    "Sign", "Status", "Step",
]
