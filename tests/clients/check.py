"""The least of a test harness: named checks, one line for each, and an exit code."""

import atexit
import itertools
import json
import os
import traceback

_failures = []
_made = itertools.count()

# What the script hands over: a running server, one that was stopped, and the keys by alias.
ORIGIN = os.environ["ORIGIN"]
STOPPED = os.environ["STOPPED"]
KEYS = {alias: entry["key"] for alias, entry in json.loads(os.environ["KEYS"]).items()}


def check(name):
    """Runs the decorated check and prints what came of it; one that fails does not keep the next from running."""

    def run(body):
        try:
            body()
            print(f"ok {name}")
        except Exception:
            _failures.append(name)
            print(f"FAILED {name}: {traceback.format_exc()}")

    return run


def caught(kind, call):
    """The exception of this very class that a call raises."""
    try:
        value = call()
    except Exception as error:
        assert type(error) is kind, repr(error)
        return error
    raise AssertionError(f"no {kind.__name__} but {value}")


def lead(**changes):
    """A lead that nobody has made before."""
    return {"name": "Ada", "email": f"ada-{os.getpid()}-{next(_made)}@example.com", **changes}


@atexit.register
def _end():
    if _failures:
        os._exit(1)
