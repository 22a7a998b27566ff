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
from coordination.models.directives import (
    Directive,
    DirectiveEvent,
    DirectiveTicket,
    DirectiveVersion,
    Escalation,
    EscalationStep,
    Extension,
    Level,
    Recipient,
)
from coordination.models.guidance import (
    Guidance,
    GuidanceQuestion,
    GuidanceReceipt,
    GuidanceSession,
    GuidanceVersion,
    SessionUnit,
)
from coordination.models.incidents import (
    CityLevel,
    DutyLine,
    DutyShift,
    Incident,
    IncidentLine,
    IncidentStep,
    IncidentTicket,
    LevelChange,
    Playbook,
    PlaybookStep,
)
from coordination.models.investments import Baseline, Component, Funding, Item, ItemFile, Rating
from coordination.models.maturity import (
    Answer,
    Assessment,
    Criterion,
    MaturityLevel,
    MaturityScale,
    MaturityTarget,
)

__all__ = [
    "Answer", "Assessment", "Baseline", "Candidate", "Centre", "CentreModule", "CentreSetting", "CentreStatus",
    "Change", "CityLevel", "Component", "Condition", "ConnectionRule", "Consultation", "Criterion", "Directive",
    "DirectiveEvent", "DirectiveTicket", "DirectiveVersion", "DutyLine", "DutyShift", "Escalation",
    "EscalationStep", "Extension", "Funding", "Guidance", "GuidanceQuestion", "GuidanceReceipt", "GuidanceSession",
    "GuidanceVersion", "Incident", "IncidentLine", "IncidentStep", "IncidentTicket", "Item",
    "ItemFile", "Level", "LevelChange", "MatchRule", "MaturityLevel", "MaturityScale", "MaturityTarget",
    "Milestone", "Playbook", "PlaybookStep", "Rating", "Recipient", "Risk", "Rollout", "SessionUnit", "Sign",
    "Status", "Step", "Tier", "WordGroup",
]
