"""Loads nginx for minutes with each model, and prints the memory of the process minute by minute; started by load.sh."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

TOLLGATE, WORK, NGINX = os.environ["TOLLGATE"], Path(os.environ["WORK"]), os.environ["NGINX"]
SECONDS = int(os.environ.get("SOAK", "600"))
PARTS = 10
# From the second tenth on nothing may grow by more.
ROOM = 1.1

MODELS = {
    "2,000 requests a second": ["--rate", "2000/s", "--connections", "50"],
    "20 users": ["--users", "20", "--think", "1ms..5ms"],
}


def resident(pid):
    """Resident memory in MiB, as the kernel counts it."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def soak(name, how):
    command = [TOLLGATE, "load", "--target", NGINX, "--contract", "propertybase-v1", "--request", "GET /leads", "--quiet",
               "--limit", "60/60s", "--duration", f"{SECONDS}s", "--report", f"json={WORK}/report.json", *how]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    started, sizes = time.monotonic(), []
    for part in range(1, PARTS + 1):
        # A moment before the end, so that there is still a process to look at.
        time.sleep(max(0, started + SECONDS * part / PARTS - 0.5 - time.monotonic()))
        sizes.append(resident(process.pid))
    process.wait()
    sent = json.loads((WORK / "report.json").read_text())["load"]["totals"]["sent"]
    growth = sizes[-1] / sizes[1]
    print(f"{name}: {sent} requests in {SECONDS} s; MiB at each tenth: {' '.join(f'{size:.1f}' for size in sizes)}")
    print(f"  the last against the second: {growth:.2f}   goal {ROOM}: {'met' if growth <= ROOM else 'NOT MET'}", flush=True)
    return growth <= ROOM


sys.exit(0 if all([soak(name, how) for name, how in MODELS.items()]) else 1)
