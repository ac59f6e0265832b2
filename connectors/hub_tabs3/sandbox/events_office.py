"""What happens to clients and matters in the life of the sample firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub_tabs3.sandbox.life import Life

_AREAS = ("litigation", "corporate", "employment")


def new_client(life: Life) -> str:
    """A client comes to the firm."""
    name = f"{life.random.choice(('Prairie', 'Harbor', 'Summit', 'Cedar'))} Holdings {len(life.firm.clients)}"
    matter = life.firm.office.new_client(name, "First matter", life.random.choice(_AREAS))
    return f"new client with matter {matter.client_id}"


def new_matter(life: Life) -> str:
    """A client brings another matter."""
    client_id = life.random.choice(life.firm.clients)["CLIENT_ID"]
    matter = life.firm.office.new_matter(_client(client_id), "Another matter", life.random.choice(_AREAS))
    return f"new matter {matter.client_id}"


def rename(life: Life) -> str:
    """A client changes its name."""
    row = life.random.choice(life.firm.clients)
    life.firm.office.rename(_client(row["CLIENT_ID"]), f"{row['NAME'].removesuffix(' (new)')} (new)")
    return f"client {_client(row['CLIENT_ID'])} renamed"


def change_address(life: Life) -> str:
    """A matter's bills go to another street than the client's other bills."""
    row = life.random.choice(life.firm.clients)
    life.firm.office.change(row["CLIENT_ID"], ADDR1=f"{life.random.randrange(1, 900)} Elm Street")
    return f"matter {row['CLIENT_ID']} has another address"


def secure(life: Life) -> str:
    """A matter becomes a secure one, or one like others again."""
    row = life.random.choice(life.firm.clients)
    life.firm.office.secure(row["CLIENT_ID"], on=row["SECURE_CLIENT"] == "0")
    return f"matter {row['CLIENT_ID']} secure: {row['SECURE_CLIENT']}"


def tax(life: Life) -> str:
    """A matter is taxed at other rates from now on."""
    client_id = life.random.choice(life.firm.clients)["CLIENT_ID"]
    fees = life.random.choice(("0", "5.125", "7"))
    life.firm.office.tax(client_id, fees=fees, expenses=fees, advances=life.random.choice(("0", "1")))
    return f"matter {client_id} taxed at {fees} percent"


def close(life: Life) -> str:
    """A matter on which nothing is unbilled is closed."""
    busy = {one.client_id for one in life.firm.unbilled.values()}
    shares = {share.client_id for split in life.firm.splits.values() for share in split.shares}
    client_id = life.pick([one for one in life.active() if one not in busy | shares])
    if client_id is None:
        return ""
    life.firm.office.close(client_id)
    return f"matter {client_id} closed"


def reopen(life: Life) -> str:
    """A closed matter comes to life again."""
    row = life.pick([row for row in life.firm.clients if row["INACTIVE"] != "0"])
    if row is None:
        return ""
    life.firm.office.reopen(row["CLIENT_ID"])
    return f"matter {row['CLIENT_ID']} reopened"


def renumber_client(life: Life) -> str:
    """A client gets another number."""
    client = _client(life.random.choice(life.firm.clients)["CLIENT_ID"])
    to = str(10 + max(int(_client(row["CLIENT_ID"])) for row in life.firm.clients))
    life.firm.office.renumber_client(client, to)
    return f"client {client} renumbered to {to}"


def renumber_matter(life: Life) -> str:
    """A matter gets another number within its client."""
    client_id = life.random.choice(life.firm.clients)["CLIENT_ID"]
    client, _, matter = client_id.rpartition(".")
    used = {row["CLIENT_ID"] for row in life.firm.clients}
    free = [one for number in range(int(matter) + 1, 100) if (one := f"{client}.{number:02d}") not in used]
    if not free:
        return ""
    life.firm.office.renumber_matter(client_id, free[0])
    return f"matter {client_id} renumbered to {free[0]}"


def transfer(life: Life) -> str:
    """What a matter owes goes to another matter of its client."""
    statement = life.pick(life.owing())
    if statement is None:
        return ""
    client = _client(statement.client_id)
    others = [one for one in life.active() if _client(one) == client and one != statement.client_id]
    target = life.pick(others)
    if target is None:
        return ""
    source = statement.client_id
    life.firm.office.transfer_receivables(source, target)
    return f"receivables of {source} transferred to {target}"


def _client(client_id: str) -> str:
    return client_id.rpartition(".")[0]


OFFICE = (
    *(new_client, new_matter, rename, change_address, secure, tax, close, reopen),
    *(renumber_client, renumber_matter, transfer),
)
OFFICE_PAIRS = ((close, reopen),)
