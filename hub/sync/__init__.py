"""The algorithm as prose: recover, pull, match, merge, check, plan, push, verify."""

from hub.sync.plan import Do, Part, Plan, Step
from hub.sync.planning import Planner, Totals
from hub.sync.run import Result, make_plan, sync
from hub.sync.session import Brakes, Flow, Limit, Options, Peer, Session, Stopped, Tally

__all__ = [
    "Brakes",
    "Do",
    "Flow",
    "Limit",
    "Options",
    "Part",
    "Peer",
    "Plan",
    "Planner",
    "Result",
    "Session",
    "Step",
    "Stopped",
    "Tally",
    "Totals",
    "make_plan",
    "sync",
]
