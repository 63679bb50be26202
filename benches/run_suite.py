"""Writes the suites, runs both programs in turns, and prints the figures; started by run_suite.sh.

A child's peak memory is never less than this script's own, some 16 MB, since it starts as its copy.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from email.utils import formatdate
from pathlib import Path

TOLLGATE, HURL, WORK = os.environ["TOLLGATE"], os.environ["HURL"], Path(os.environ["WORK"])
NGINX, REFERENCE = os.environ["NGINX"], os.environ["REFERENCE"]
PAIRS = int(os.environ.get("PAIRS", "9"))
JOBS = str(os.cpu_count())
MEBI = 1024

ENVELOPE = json.dumps({
    "success": False,
    "error": {
        "code": "VALIDATION_ERROR",
        "message": "Request validation failed",
        "details": [{"field": "email", "message": "Invalid email format"}],
        "request_id": "req_1",
    },
})
ANSWER = f"""\
HTTP/1.1 422 Unprocessable Content\r
Content-Type: application/json\r
Content-Length: {len(ENVELOPE)}\r
X-Request-Id: req_1\r
Date: {formatdate(usegmt=True)}\r
Connection: close\r
\r
{ENVELOPE}"""


def scenario(number):
    return f"""\
name: Lead {number} with an invalid email is refused
contract: propertybase-v1
steps:
  - name: create the lead
    request:
      post: /leads
      headers: {{ Authorization: "Bearer {{{{ token }}}}" }}
      json: {{ name: "Ada {number}", email: "not-an-email-{number}", bedrooms: 3 }}
    expect:
      status: 422
      error: VALIDATION_ERROR
      headers: {{ X-Request-Id: {{ matches: "^req_[A-Za-z0-9]+$" }} }}
      body:
        $.success: false
        "$.error.details[0].field": email
        $.error.request_id: {{ exists: true }}
"""


def hurl_file(number):
    return f"""\
# Lead {number} with an invalid email is refused
POST {{{{target}}}}/v1/leads
Authorization: Bearer {{{{token}}}}
{{ "name": "Ada {number}", "email": "not-an-email-{number}", "bedrooms": 3 }}
HTTP 422
[Asserts]
header "X-Request-Id" matches /^req_[A-Za-z0-9]+$/
jsonpath "$.error.code" == "VALIDATION_ERROR"
jsonpath "$.success" == false
jsonpath "$.error.details[0].field" == "email"
jsonpath "$.error.request_id" exists
"""


def write_suites(count):
    for kind, text in (("yaml", scenario), ("hurl", hurl_file)):
        folder = WORK / f"{kind}-{count}"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:05}.{kind}").write_text(text(number))


def tollgate(files, target):
    return [TOLLGATE, "run", str(files), "--target", target, "--jobs", JOBS, "--var", f"token={TOKEN}"]


def hurl(files, target):
    given = ["--variable", f"target={target}", "--variable", f"token={TOKEN}"]
    return [HURL, "--test", "--jobs", JOBS, *given, str(files)]


class Run:
    """One run of a program: wall and CPU seconds, peak memory in KiB."""

    def __init__(self, command):
        silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
        self.begin = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=silent)
        _, status, usage = os.wait4(pid, 0)
        self.wall = time.perf_counter() - self.begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss // (MEBI if sys.platform == "darwin" else 1)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"this failed: {' '.join(command)}")


def turns(one, other, pairs):
    """Both programs in turns; the first pair warms up and does not count."""
    runs = [(Run(one), Run(other)) for _ in range(pairs + 1)][1:]
    return [pair[0] for pair in runs], [pair[1] for pair in runs]


def median(runs, what):
    return statistics.median(getattr(run, what) for run in runs)


def first_request(command):
    """Seconds from the start of a program to the first byte of its request."""
    listener = socket.create_server(("127.0.0.1", 0))
    target = f"http://127.0.0.1:{listener.getsockname()[1]}"
    seen = []

    def serve():
        connection, _ = listener.accept()
        with connection:
            request = connection.recv(65536)
            seen.append(time.perf_counter())
            while not request.endswith(b"}"):
                request += connection.recv(65536)
            connection.sendall(ANSWER.encode())

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    run = Run(command(target))
    server.join(5)
    listener.close()
    return seen[0] - run.begin


def row(name, ours, theirs, unit, goal, met):
    beside = "" if theirs is None else f"{theirs:.1f} {unit}"
    ratio = "" if theirs is None else f"{ours / theirs:.2f}"
    word = "" if met is None else "met" if met else "NOT MET"
    print(f"{name:<44}{f'{ours:.1f} {unit}':>12}{beside:>12}{ratio:>8}  {goal:<28}{word}", flush=True)


def suite(name, target, pairs):
    ours, theirs = turns(tollgate(WORK / "yaml-1000", target), hurl(WORK / "hurl-1000", target), pairs)
    for what, words in (("wall", "wall time"), ("cpu", "CPU time")):
        a, b = median(ours, what), median(theirs, what)
        row(f"1,000 files, {name}: {words}", a * 1e3, b * 1e3, "ms", "half of Hurl's", a <= b / 2)
    a, b = median(ours, "memory"), median(theirs, "memory")
    row(f"1,000 files, {name}: peak memory", a / MEBI, b / MEBI, "MB", "under 60 MB", a < 60 * MEBI)
    return a


def single():
    ours, theirs = turns(
        tollgate(WORK / "yaml-1000/00000.yaml", NGINX), hurl(WORK / "hurl-1000/00000.hurl", NGINX), 2 * PAIRS
    )
    a, b = median(ours, "wall"), median(theirs, "wall")
    row("one file: wall time", a * 1e3, b * 1e3, "ms", "no more than Hurl's", a <= b)


def start():
    one, other = WORK / "yaml-1000/00000.yaml", WORK / "hurl-1000/00000.hurl"
    ours, theirs = [], []
    for _ in range(2 * PAIRS):
        ours.append(first_request(lambda target: tollgate(one, target)))
        theirs.append(first_request(lambda target: hurl(other, target)))
    a, b = statistics.median(ours), statistics.median(theirs)
    row("one file: start to first request", a * 1e3, b * 1e3, "ms", "under 15 ms", a < 0.015)


def ten_thousand(memory):
    ours = [Run(tollgate(WORK / "yaml-10000", NGINX)) for _ in range(3)]
    theirs = [Run(hurl(WORK / "hurl-10000", NGINX))]
    a, b = median(ours, "wall"), median(theirs, "wall")
    row("10,000 files: wall time", a * 1e3, b * 1e3, "ms", "", None)
    a, b = median(ours, "memory"), median(theirs, "memory")
    row("10,000 files: peak memory", a / MEBI, b / MEBI, "MB", "under 60 MB", a < 60 * MEBI)
    row("peak memory, 10,000 files to 1,000", a / memory, None, "x", "nearly flat: at most 2", a <= 2 * memory)


def api_key():
    """The key that the reference server accepts."""
    output = subprocess.run([TOLLGATE, "serve", "--keys"], capture_output=True, text=True, check=True).stdout
    return json.loads(output)["api_key"]["key"]


def main():
    write_suites(1_000)
    write_suites(10_000)
    version = subprocess.run([HURL, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    print(f"{os.cpu_count()} processors, {JOBS} jobs, medians of {PAIRS} pairs, load {os.getloadavg()[0]:.1f}\n")
    print(f"{'':<44}{'tollgate':>12}{'hurl ' + version:>12}{'ratio':>8}  goal")
    memory = suite("nginx", NGINX, PAIRS)
    suite("reference server", REFERENCE, max(3, PAIRS // 2))
    single()
    start()
    ten_thousand(memory)


TOKEN = api_key()
main()
