"""The errors that a plugin may raise, by what the hub does about them.

HubError
├── ConfigurationError      a person has to change a setting; the run does not start
├── SourceFailed            a system could not be read or reached; says nothing about what is in it
│   └── AuthenticationFailed    a person has to sign in again; never "not found"
├── SourceMissing           a table or resource is not there at all; says nothing about its rows
└── CursorTooOld            what changed since a cursor cannot be told any more; all is listed anew

A bad *record* is never an exception: it is a Finding, an Upsert with a ``problem``, or one of
the five ends of a write. None of these errors may carry a narrative or a secret in its text.
"""


class HubError(Exception):
    """An error with an answer: what is wrong, and what the person who reads it can do."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Message and remedy as one text."""
        return f"{self.message} {self.remedy}".rstrip()


class ConfigurationError(HubError):
    """A setting is missing or wrong."""


class SourceFailed(HubError):
    """A system failed to answer; what it holds is unknown."""


class AuthenticationFailed(SourceFailed):
    """A system no longer accepts our credentials."""


class SourceMissing(HubError):
    """A table or resource that the connector needs is not there."""


class CursorTooOld(HubError):
    """What changed since this cursor cannot be told any more; the hub asks for the whole listing instead."""
