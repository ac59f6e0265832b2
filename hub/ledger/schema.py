"""The tables of the ledger. Integer ids and small integers keep a million records light."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""An id that SQLite can hold as its row id."""

workspace = Table(
    "workspace",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm", Text, nullable=False, unique=True),
    Column("identity", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("rules", Text, nullable=False, default="[]"),
)

connection = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("identity", Text, nullable=False, default=""),
    Column("first_written", Text),
    UniqueConstraint("workspace", "name"),
)

stream = Table(
    # The records of one kind that a connection spells as one source.
    "stream",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("connection", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("mapping", Text, nullable=False, default=""),
    Column("columns", Text, nullable=False, default="[]"),
    UniqueConstraint("connection", "kind", "source"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("connection", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", Text),
    Column("completed", Integer),
)

record = Table(
    "record",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_record_kind_revision", "workspace", "kind", "revision"),
)

revision = Table(
    # Append-only. The first revision of a record has no body: the record has it until it changes,
    # and every later revision keeps the values that it replaced.
    "revision",
    metadata,
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("run", Integer, nullable=False),
    Column("connection", Integer),
    Column("change", SmallInteger, nullable=False),
    Column("replaced", Text),
    sqlite_with_rowid=False,
)

binding = Table(
    "binding",
    metadata,
    Column("stream", Integer, primary_key=True, autoincrement=False),
    Column("external_id", Text, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("connection", Integer, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("agreed", BigInteger, nullable=False),
    Column("digest", LargeBinary),
    Column("sent", LargeBinary),
    Column("version", Text),
    Column("raw", Text),
    Index("ix_binding_record_connection", "record", "connection"),
    sqlite_with_rowid=False,
)

inbox = Table(
    # What was read but is no record yet: unreadable, parked, doubtful.
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("stream", Integer, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("raw", Text, nullable=False),
    Column("version", Text),
    Column("problem", Text, nullable=False, default=""),
    Column("unsettled", Text, nullable=False, default=""),
    UniqueConstraint("stream", "external_id"),
)

match_key = Table(
    "match_key",
    metadata,
    Column("workspace", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

match_index = Table(
    # How far the match keys of a kind have been filled, and from which lists of fields.
    "match_index",
    metadata,
    Column("workspace", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("fields", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

intent = Table(
    # Open writes only; a settled one leaves a binding, a hold or nothing.
    "intent",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("connection", Integer, nullable=False),
    Column("batch", BigInteger, nullable=False),
    Column("call", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("version", Text),
    Column("payload", Text, nullable=False),
    Column("began", Text, nullable=False),
    Column("sent", Text, nullable=False),
    Column("reason", Text),
    UniqueConstraint("connection", "record"),
)

delivery = Table(
    # What was handed over and is not seen there yet; gone once it is.
    "delivery",
    metadata,
    Column("connection", Integer, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("workspace", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("told", Text, nullable=False, default=""),
)

attempt = Table(
    # How often a create was refused or did not arrive; part of the next key.
    "attempt",
    metadata,
    Column("connection", Integer, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("refused", LargeBinary),
    Column("fault", Text),
)

hold = Table(
    "hold",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("since", Integer, nullable=False),
    Column("scope", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("connection", Integer),
    Column("kind", SmallInteger),
    Column("record", BigInteger),
    Column("subject", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("facts", Text, nullable=False),
    UniqueConstraint("workspace", "scope", "cause", "subject"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_decision_cause", "workspace", "cause"),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", Integer, nullable=False),
    Column("began", Text, nullable=False),
    Column("ended", Text),
    Column("who", Text, nullable=False),
    Column("outcome", Text),
    Column("summary", Text),
)

lease = Table(
    "lease",
    metadata,
    Column("workspace", Integer, primary_key=True, autoincrement=False),
    Column("token", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("heartbeat", Text, nullable=False),
)

mark = Table(
    # Up to which revision everything of a kind has been settled at a target.
    "mark",
    metadata,
    Column("workspace", Integer, primary_key=True, autoincrement=False),
    Column("flow", Text, primary_key=True),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("basis", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
