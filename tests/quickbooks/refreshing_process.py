"""``refreshing_process.py WORKSPACE URL``: one process of several that want an access token; prints it."""

import sys
from pathlib import Path

from hub.app.secrets import ConnectionSecrets, SecretStore
from hub.app.surroundings import LiveSurroundings, session_maker
from hub.sdk import SystemClock
from hub_quickbooks.oauth import Tokens
from hub_quickbooks.settings import QuickBooksSettings


def main(folder: Path, url: str) -> None:
    store, clock = SecretStore(folder), SystemClock()
    kept = ConnectionSecrets(store, "books")
    surroundings = LiveSurroundings("books", folder, clock, kept, session_maker(clock, store, ()))
    settings = QuickBooksSettings.model_validate(
        {"oauth_url": url, "client_id": kept.get("client_id"), "client_secret": kept.get("client_secret")}
    )
    tokens = Tokens(settings, surroundings)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{tokens.access()}\n")


main(Path(sys.argv[1]), sys.argv[2])
