"""All that a plugin may import. Semantic versioning applies to what this page exports."""

from hub.model import Kind, RecordId
from hub.sdk.access import Access, Listing, RateLimit, Role
from hub.sdk.clock import Clock, SystemClock
from hub.sdk.connector import Connector, FieldChoice, Health, Settings, Surroundings
from hub.sdk.errors import (
    AuthenticationFailed,
    ConfigurationError,
    CursorTooOld,
    HubError,
    SourceFailed,
    SourceMissing,
)
from hub.sdk.hookspecs import Converter, SampleFirm, Shape, hookimpl, hookspec
from hub.sdk.pages import Cursor, Deleted, Item, Page, Remark, Upsert
from hub.sdk.rules import Applies, Finding, History, Rule, RuleContext, Scope, Severity, Subject, rule
from hub.sdk.sign_in import Authorized, Secrets, SignInUI
from hub.sdk.workspace import Workspace
from hub.sdk.writes import (
    Action,
    Delivered,
    End,
    Followed,
    Found,
    Intent,
    NotSent,
    Outcome,
    Reference,
    Rejected,
    Unknown,
    Written,
)

__all__ = [
    "Access",
    "Action",
    "Applies",
    "AuthenticationFailed",
    "Authorized",
    "Clock",
    "ConfigurationError",
    "Connector",
    "Converter",
    "Cursor",
    "CursorTooOld",
    "Deleted",
    "Delivered",
    "End",
    "FieldChoice",
    "Finding",
    "Followed",
    "Found",
    "Health",
    "History",
    "HubError",
    "Intent",
    "Item",
    "Kind",
    "Listing",
    "NotSent",
    "Outcome",
    "Page",
    "RateLimit",
    "RecordId",
    "Reference",
    "Rejected",
    "Remark",
    "Role",
    "Rule",
    "RuleContext",
    "SampleFirm",
    "Scope",
    "Secrets",
    "Settings",
    "Severity",
    "Shape",
    "SignInUI",
    "SourceFailed",
    "SourceMissing",
    "Subject",
    "Surroundings",
    "SystemClock",
    "Unknown",
    "Upsert",
    "Workspace",
    "Written",
    "hookimpl",
    "hookspec",
    "rule",
]
