"""How the sample firm's people write: clients, matters, and narratives by practice area."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


class Work(NamedTuple):
    """A sort of work: its UTBMS codes, and how its narratives are made."""

    task: str
    activity: str
    sentence: str
    """A narrative with the names of word lists in braces."""


class Area(NamedTuple):
    """A practice area."""

    name: str
    works: Sequence[Work]


_WORDS: dict[str, Sequence[str]] = {
    "person": (
        "Ms. Okafor",
        "Mr. Delgado",
        "Dr. Renée Marchetti",
        "R. Whitfield",
        "the plant manager",
        "the general counsel",
        "J. Peña",
        "Ms. Abernathy",
        "the claims adjuster",
        "Mr. O’Rourke",
        "the controller",
        "Ms. Lindqvist",
    ),
    "pleading": (
        "amended complaint",
        "answer and affirmative defenses",
        "motion to dismiss under Rule 12(b)(6)",
        "motion for summary judgment",
        "reply brief",
        "opposition to motion to compel",
        "proposed scheduling order",
        "third-party complaint",
        "motion in limine",
        "stipulated protective order",
    ),
    "issue": (
        "the statute of limitations",
        "successor liability",
        "the economic loss rule",
        "personal jurisdiction",
        "spoliation",
        "the parol evidence rule",
        "apportionment of fault",
        "the duty to defend",
        "lost profits",
        "waiver by course of dealing",
        "15 U.S.C. § 1125(a)",
        "Tex. Bus. & Com. Code § 2.725",
    ),
    "papers": (
        "maintenance logs",
        "e-mail of the three custodians",
        "the shipping records for 2023–2024",
        "board minutes",
        "the personnel file",
        "invoices and purchase orders",
        "medical records",
        "the inspection photographs",
        "text messages",
        "the underwriting file",
    ),
    "contract": (
        "asset purchase agreement",
        "master services agreement",
        "disclosure schedules",
        "escrow agreement",
        "amended operating agreement",
        "commercial lease",
        "non-competition agreement",
        "intercreditor agreement",
        "transition services agreement",
        "guaranty",
    ),
    "clause": (
        "indemnification cap",
        "“material adverse effect” definition",
        "earn-out mechanics",
        "assignment clause",
        "termination for convenience",
        "holdback of 7½%",
        "change-of-control provision",
        "most favored customer clause",
    ),
    "purpose": (
        "in preparation for the mediation",
        "for use at the hearing",
        "per client’s request",
        "ahead of the closing",
        "to narrow the open points",
        "for the status report due Friday",
        "following the meet and confer",
        "with a view to settlement",
    ),
    "claim": (
        "proof of claim no. 214",
        "preference demand",
        "cure amount objection",
        "reclamation demand",
        "administrative expense claim",
        "cash collateral order",
        "disclosure statement",
        "section 363 sale notice",
    ),
    "patent": (
        "claims 1–14",
        "the ’417 application",
        "the examiner’s § 103 rejection",
        "the freedom-to-operate search",
        "the inventor declaration",
        "the continuation claims",
        "two prior-art references (Müller and Tanaka)",
    ),
    "policy": (
        "the employee handbook",
        "the reasonable-accommodation policy",
        "the severance plan",
        "wage statements for the class period",
        "the EEOC position statement",
        "exit interview notes",
    ),
}

_LITIGATION = Area(
    "litigation",
    (
        Work("L110", "A104", "Review {papers} and outline facts bearing on {issue}."),
        Work("L120", "A102", "Research {issue} {purpose}; summarize authorities."),
        Work("L120", "A105", "Confer with litigation team regarding {issue}, strategy and staffing."),
        Work("L160", "A106", "Telephone conference with {person} regarding settlement posture and {issue}."),
        Work("L210", "A103", "Draft {pleading}; revise section on {issue}."),
        Work("L240", "A103", "Draft and revise {pleading} | argument on {issue}."),
        Work("L250", "A104", "Analyze opposing party’s {pleading}; note points for response."),
        Work("L310", "A103", "Prepare responses and objections to interrogatories concerning {papers}."),
        Work("L320", "A110", "Organize, number and log {papers} for production [Bates DV000417–DV001932]."),
        Work("L330", "A101", "Prepare for deposition of {person}: outline, exhibits, {papers}."),
        Work("L330", "A109", "Attend deposition of {person}."),
        Work("L340", "A108", "Correspond with damages expert about {issue} {purpose}."),
        Work("L430", "A103", "Revise {pleading} in light of court’s remarks from the bench."),
    ),
)
_INSURANCE = Area(
    "insurance",
    (
        Work("L110", "A104", "Review {papers} received from carrier; prepare chronology."),
        Work("L120", "A102", "Research {issue} under Illinois law; cf. 215 ILCS 5/155."),
        Work("L190", "A103", "Prepare initial case evaluation: “exposure, venue, {issue}”."),
        Work("L310", "A104", "Review plaintiff’s discovery responses, compare with {papers}."),
        Work("L330", "A101", "Prepare {person} for deposition."),
        Work("L160", "A106", "Report to {person} on demand of $185,000 and {issue}."),
    ),
)
_EMPLOYMENT = Area(
    "employment",
    (
        Work("L110", "A104", "Review {policy}; interview {person} by telephone."),
        Work("L120", "A102", "Research {issue} as it bears on {policy}."),
        Work("L190", "A103", "Draft position regarding {policy} {purpose}."),
        Work("L250", "A103", "Draft {pleading}."),
        Work("L160", "A107", "Negotiate release language with opposing counsel; revise {contract}."),
    ),
)
_CORPORATE = Area(
    "corporate",
    (
        Work("P210", "A104", "Due diligence review of {contract} and {papers}; update issues list."),
        Work("P240", "A104", "Review title commitment, survey and {contract}."),
        Work("P300", "A106", "Advise {person} on structure, tax and the {clause}."),
        Work("P400", "A103", "Draft {contract}; conform defined terms and schedules."),
        Work("P500", "A107", "Negotiate {clause} with counsel for the other side {purpose}."),
        Work("P500", "A103", "Turn comments to {contract}, chiefly the {clause}."),
        Work("P600", "A109", "Attend closing; release signature pages of {contract}."),
        Work("P700", "A110", "Assemble closing binder: {contract}, officer’s certificates, filings."),
    ),
)
_INSOLVENCY = Area(
    "insolvency",
    (
        Work("B110", "A104", "Monitor docket; review {claim} and calendar objection deadline."),
        Work("B140", "A103", "Draft motion for relief from stay; declaration of {person}."),
        Work("B150", "A106", "Telephone conference with {person} about {claim}."),
        Work("B180", "A102", "Research ordinary-course defense, 11 U.S.C. § 547(c)(2), to {claim}."),
        Work("B310", "A103", "Prepare {claim} with exhibits from {papers}."),
        Work("B320", "A104", "Review plan treatment of trade creditors; compare with {claim}."),
    ),
)
_COUNSEL = Area(
    "counseling",
    (
        Work("C100", "A104", "Gather and review {papers} relating to {policy}."),
        Work("C200", "A102", "Research {issue}; memorandum to file."),
        Work("C300", "A106", "Advise {person} on {clause} and {policy}."),
        Work("C400", "A108", "Correspond with agency staff about {policy} {purpose}."),
        Work("C300", "A103", "Prepare opinion on {patent} and {issue}."),
    ),
)
AREAS: dict[str, Area] = {
    area.name: area for area in (_LITIGATION, _INSURANCE, _EMPLOYMENT, _CORPORATE, _INSOLVENCY, _COUNSEL)
}

_LATER = (
    "",
    "",
    "",
    " Follow-up e-mail to {person}.",
    " Conference with paralegal on {papers}.",
    "\r\nAlso: calendar deadlines and note to file.",
    " (No charge for travel.)",
    ' Voicemail from {person} marked "urgent".',
)


def narrate(work: Work, random: Random) -> str:
    """Write what was done."""
    return _filled(work.sentence + random.choice(_LATER), random)


def _filled(sentence: str, random: Random) -> str:
    while "{" in sentence:
        before, _, rest = sentence.partition("{")
        name, _, after = rest.partition("}")
        sentence = before + random.choice(_WORDS[name]) + after
    return sentence


class Spending(NamedTuple):
    """A sort of cost."""

    code: str
    tcode: str
    text: str
    unit_price: str
    """The price of one unit; empty where the whole amount is charged."""
    advance: bool = False


SPENDINGS: Sequence[Spending] = (
    Spending("E101", "251", "Photocopies", "0.15"),
    Spending("E106", "256", "Online legal research", ""),
    Spending("E107", "257", "Courier to clerk’s office", "", advance=True),
    Spending("E109", "259", "Mileage to hearing", "0.67"),
    Spending("E110", "260", "Airfare and lodging, deposition", "", advance=True),
    Spending("E112", "262", "Filing fee", "", advance=True),
    Spending("E115", "265", "Deposition transcript, certified copy", "", advance=True),
    Spending("E119", "269", "Expert’s retainer invoice", "", advance=True),
    Spending("E108", "258", "Certified mail, return receipt requested", ""),
)

CLIENTS: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    (
        "Halvorsen Marine Supply, Inc.",
        (("v. Gulf Coast Towing", "litigation"), ("2026 vessel leases", "corporate")),
    ),
    (
        "Acme Freight Systems LLC",
        (("Ramírez wage class action", "employment"), ("Dock 9 injury claim", "insurance")),
    ),
    (
        "Brightwater Community Bank",
        (("Larkspur Mills, Chapter 11", "insolvency"), ("Loan to Pine & Sons", "corporate")),
    ),
    (
        "Continental Mutual Insurance Company",
        (("Estate of Boyd", "insurance"), ("Tower Street fire", "insurance")),
    ),
    (
        "Pellegrino Foods Corp.",
        (("Supply dispute, Oakhurst Dairy", "litigation"), ("Labeling advice", "counseling")),
    ),
    (
        "Tri-County School District",
        (("Title IX investigation", "employment"), ("Bond counsel questions", "counseling")),
    ),
    (
        "Nakamura Precision Tooling",
        (("’417 patent opinion", "counseling"), ("v. Delta Fasteners", "litigation")),
    ),
    (
        "Grünwald & Söhne USA, Inc.",
        (("Acquisition of Fairmont Gauge", "corporate"), ("Customs inquiry", "counseling")),
    ),
    (
        "Sutter Ridge Medical Group",
        (("Dr. Vance separation", "employment"), ("Payor contract review", "corporate")),
    ),
    (
        "Harbor Light Hotels, L.P.",
        (("Slip and fall, Pier House", "insurance"), ("Franchise renewal", "corporate")),
    ),
    (
        "Estate of Margaret E. Doolittle",
        (("Contest by nephew", "litigation"), ("Sale of farmland", "corporate")),
    ),
    (
        "Westbrook Solar Partners",
        (("Interconnection dispute", "litigation"), ("Contractor’s bankruptcy", "insolvency")),
    ),
)
"""Clients with the matters that each begins with, by practice area."""

PEOPLE: Sequence[tuple[str, str, str, str]] = (
    ("Margaret A. Doyle", "MAD", "1", "525.00"),
    ("Thomas Vance", "TV", "1", "495.00"),
    ("Priya Raman", "PR", "2", "387.50"),
    ("Daniel J. Kowalski", "DJK", "3", "312.35"),
    ("Sofía Herrera", "SH", "3", "298.75"),
    ("Anne-Marie Lefèvre", "AML", "3", "275.00"),
    ("Curtis Bell", "CB", "4", "165.00"),
    ("Jo Nguyen", "JN", "5", "118.65"),
)
"""Timekeepers: name, initials, level, rate. Level 5 is the one that the sample firm leaves out."""
