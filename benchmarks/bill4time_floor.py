"""The floor of a sweep: ``python benchmarks/bill4time_floor.py URL SIZE`` fetches pages and parses them."""

from __future__ import annotations

import sys

import requests
import simplejson


def fetch(url: str, size: int) -> int:
    """All pages of time entries, in the order of their ids; gives how many entries they hold."""
    found, last = 0, 0
    query = {"$orderby": "id", "$top": str(size)}
    with requests.Session() as session:
        while True:
            after = {"$filter": f"id gt {last}"} if last else {}
            answer = session.get(f"{url}/timeEntries", params=query | after, timeout=60)
            rows = simplejson.loads(answer.content, use_decimal=True)["data"]
            if not rows:
                return found
            found += len(rows)
            last = rows[-1]["TimeEntryID"]


if __name__ == "__main__":
    print(fetch(sys.argv[1], int(sys.argv[2])))
