"""Runs the generators in turns and prints the figures; started by load.sh."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

TOLLGATE, WORK, NGINX = os.environ["TOLLGATE"], Path(os.environ["WORK"]), os.environ["NGINX"]
PAIRS = int(os.environ.get("PAIRS", "5"))
SECONDS = int(os.environ.get("SECONDS_EACH", "3"))
CONNECTIONS = 50
RATE, PACED_SECONDS = 2_000, 10
PIN = ["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []

AJV = """
const autocannon = require('autocannon'), Ajv = require('ajv');
const validate = new Ajv().compile({ type: 'object', required: ['success', 'error'], properties: {
  success: { const: false }, error: { type: 'object', required: ['code', 'message', 'request_id'],
  properties: { code: { type: 'string' }, message: { type: 'string' }, request_id: { type: 'string' } } } } });
let bad = 0;
autocannon({ url: process.argv[2], connections: +process.argv[3], duration: +process.argv[4], setupClient: (client) => {
  client.on('body', (body) => { if (!validate(JSON.parse(body))) bad += 1; }); } },
  (_, result) => console.log(JSON.stringify({ requests: result.requests.sent, bad })));
"""

K6 = """
import http from 'k6/http';
import { check } from 'k6';
export default function () {
  const answer = http.get(__ENV.URL);
  const body = answer.json();
  check(body, { failed: (b) => b.success === false, code: (b) => typeof b.error.code === 'string',
    message: (b) => typeof b.error.message === 'string', id: (b) => typeof b.error.request_id === 'string' });
}
export function handleSummary(data) { return { stdout: `counted ${data.metrics.http_reqs.values.count}\\n` }; }
"""


def tollgate(*more):
    return [TOLLGATE, "load", "--target", NGINX, "--contract", "propertybase-v1", "--quiet",
            "--report", f"json={WORK}/report.json", *more]


def report():
    return json.loads((WORK / "report.json").read_text())["load"]


def sent(_):
    return report()["totals"]["sent"]


def after(word, before=False):
    """The number that stands behind (or before) a word in what a program printed."""
    def read(text):
        words = text.replace("\t", " ").split()
        at = next(i for i, found in enumerate(words) if found == word)
        return int(float(words[at - 1 if before else at + 1].replace(",", "")))
    return read


def node_modules():
    for folder in [os.environ.get("NODE_PATH"), "node_modules"]:
        if folder and (Path(folder) / "autocannon").is_dir() and (Path(folder) / "ajv").is_dir():
            return str(Path(folder).resolve())
    return None


def generators():
    """Name, command, and how to read the number of requests; those that are missing are told."""
    url = f"{NGINX}/v1/leads"
    load = ["--request", "GET /leads", "--rate", "max", "--duration", f"{SECONDS}s", "--connections",
            str(CONNECTIONS), "--threads", "1"]
    found = [("tollgate", tollgate(*load), sent), ("tollgate, not judging", tollgate(*load, "--no-judge"), sent)]
    users = ["--request", "GET /leads", "--users", str(CONNECTIONS), "--duration", f"{SECONDS}s"]
    found.append(("tollgate, users", tollgate(*users), sent))
    connections = str(CONNECTIONS)
    if program := shutil.which("wrk"):
        found.append(("wrk", [program, "-t1", "-c", connections, "-d", f"{SECONDS}s", url], after("requests", True)))
    if program := shutil.which("oha"):
        command = [program, "--no-tui", "--output-format", "json", "-c", connections, "-z", f"{SECONDS}s", url]
        count = lambda text: sum(json.loads(text)["statusCodeDistribution"].values())
        found.append(("oha", command, count))
    if program := shutil.which("ab"):
        command = [program, "-q", "-k", "-c", connections, "-t", str(SECONDS), "-n", "10000000", url]
        found.append(("ab", command, after("requests:")))
    if (modules := node_modules()) and (program := shutil.which("node")):
        script = WORK / "cannon.js"
        script.write_text(AJV)
        os.environ["NODE_PATH"] = modules
        command = [program, str(script), url, connections, str(SECONDS)]
        found.append(("autocannon + ajv", command, lambda text: json.loads(text.splitlines()[-1])["requests"]))
    if program := shutil.which("k6"):
        script = WORK / "k6.js"
        script.write_text(K6)
        command = [program, "run", "-q", "--vus", connections, "--duration", f"{SECONDS}s", "-e", f"URL={url}",
                   str(script)]
        found.append(("k6 + checks", command, after("counted")))
    names = [name for name, *_ in found]
    missing = [name for name in ["wrk", "oha", "ab", "autocannon + ajv", "k6 + checks"] if name not in names]
    if missing:
        print(f"left out, because not found: {', '.join(missing)} (autocannon and ajv are looked for in NODE_PATH)\n")
    return found


def measure(command):
    """What a program printed, its processor seconds, its peak memory in MiB."""
    process = subprocess.Popen(PIN + command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = process.stdout.read()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def goal(name, ratio, bound):
    state = "no bound" if bound is None else f"goal {bound}: {'met' if ratio <= bound else 'NOT MET'}"
    print(f"  {name:<44} {ratio:6.2f}   {state}")
    return bound is None or ratio <= bound


def speed():
    figures = {}
    for round_ in range(PAIRS + 1):
        for name, command, count in generators_found:
            text, cpu, memory = measure(command)
            try:
                requests = count(text)
            except (StopIteration, ValueError, KeyError, IndexError):
                sys.exit(f"{name} printed no number of requests:\n{text[-500:]}")
            if round_ > 0:  # the first is a warm-up
                figures.setdefault(name, []).append((cpu / requests * 1e5, requests / SECONDS, memory))
    print(f"{CONNECTIONS} connections without pause, medians of {PAIRS} rounds of {SECONDS} s")
    print("                           CPU s/100k   requests/s   memory MiB")
    for name, rounds in figures.items():
        cpu, rate, memory = (statistics.median(values) for values in zip(*rounds))
        print(f"  {name:<24} {cpu:10.2f} {rate:12.0f} {memory:12.0f}")
    print("\nprocessor time for a request: median of the ratios of each round")
    ratio = lambda one, other, part=0: statistics.median(
        a[part] / b[part] for a, b in zip(figures[one], figures[other]))
    met = True
    bounds = {"wrk": 1.5, "oha": 1.1, "ab": None, "autocannon + ajv": 0.55, "tollgate, not judging": 1.25}
    for other, bound in bounds.items():
        if other in figures:
            met &= goal(f"judging everything, against {other}", ratio("tollgate", other), bound)
    if "k6 + checks" in figures:
        goal("judging everything, against k6 + checks", ratio("tollgate", "k6 + checks"), None)
    if "wrk" in figures:
        met &= goal("users of the closed model, against wrk", ratio("tollgate, users", "wrk"), 2.5)
    if "oha" in figures:
        # oha keeps every result, so the time has to be said.
        connections, url = str(CONNECTIONS), f"{NGINX}/v1/leads"
        oha = measure([shutil.which("oha"), "--no-tui", "-c", connections, "-z", "10s", url])[2]
    load = ["--request", "GET /leads", "--rate", "max", "--connections", str(CONNECTIONS), "--threads", "1"]
    short, middle, long = (measure(tollgate(*load, "--duration", time))[2] for time in ("5s", "10s", "30s"))
    if "oha" in figures:
        met &= goal(f"peak memory of 10 s, {middle:.0f} MiB, against oha", middle / oha, 0.35)
    met &= goal("peak memory, 30 s against 5 s", long / short, 1.1)
    return met


RECORDER = """
import selectors, socket, sys, time
answer = b'HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok'
listener = socket.create_server(('127.0.0.1', 0), backlog=512)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
print(listener.getsockname()[1], flush=True)
selector.register(sys.stdin, selectors.EVENT_READ)
times = []
while True:
    for key, _ in selector.select():
        if key.fileobj is sys.stdin:
            print(*times, flush=True)
            sys.exit()
        if key.fileobj is listener:
            connection = listener.accept()[0]
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            continue
        now = time.perf_counter_ns()
        try:
            data = key.fileobj.recv(65536)
            if data:
                times.extend([now] * data.count(b'\\r\\n\\r\\n'))
                key.fileobj.sendall(answer * data.count(b'\\r\\n\\r\\n'))
                continue
        except OSError:
            pass
        selector.unregister(key.fileobj)
        key.fileobj.close()
"""


def arrivals(command):
    """When requests came, in milliseconds from the first, as a small server saw them."""
    pin = ["taskset", "-c", "1"] if PIN else []
    server = subprocess.Popen(pin + [sys.executable, "-c", RECORDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    measure(command(f"http://127.0.0.1:{server.stdout.readline().strip()}"))
    server.stdin.write("end\n")
    server.stdin.flush()
    times = sorted(int(word) for word in server.stdout.readline().split())
    server.wait()
    return [(at - times[0]) / 1e6 for at in times]


def pacing():
    found = [("tollgate", lambda url: [TOLLGATE, "load", "--target", url, "--request", "GET /x", "--quiet", "--rate",
                                       f"{RATE}/s", "--duration", f"{PACED_SECONDS}s", "--connections",
                                       str(CONNECTIONS), "--report", f"json={WORK}/report.json"])]
    if program := shutil.which("oha"):
        found.append(("oha -q", lambda url, program=program: [
            program, "--no-tui", "-c", str(CONNECTIONS), "-q", str(RATE), "-z", f"{PACED_SECONDS}s", url]))
    if program := shutil.which("wrk2"):
        found.append(("wrk2", lambda url, program=program: [
            program, "-t1", "-c", str(CONNECTIONS), "-R", str(RATE), "-d", f"{PACED_SECONDS}s", url]))
    print(f"\n{RATE} requests/s for {PACED_SECONDS} s, as a server saw them; medians of 3 rounds")
    print("                 arrived   gap p50 us   gap p99 us   gap CV   off schedule ms (p1 to p99)")
    figures = {}
    for _ in range(3):
        for name, command in found:
            times = arrivals(command)
            gaps = sorted((b - a) * 1e3 for a, b in zip(times, times[1:]))
            off = sorted(at - number * 1e3 / RATE for number, at in enumerate(times))
            variation = statistics.pstdev(gaps) / statistics.mean(gaps)
            spread = off[int(len(off) * 0.99)] - off[int(len(off) * 0.01)]
            figures.setdefault(name, []).append(
                (len(times), gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.99)], variation, spread))
            if name == "tollgate":
                totals, generator = report()["totals"], report()["generator"]
                print(f"    (tollgate: {totals['sent']} sent, {totals['missed']} missed, {totals['late']} late, "
                      f"{generator['verdict']})")
    medians = {name: [statistics.median(values) for values in zip(*rounds)] for name, rounds in figures.items()}
    for name, (count, middle, most, variation, spread) in medians.items():
        print(f"  {name:<14} {count:8.0f} {middle:12.0f} {most:12.0f} {variation:8.2f} {spread:10.1f}")
    own, met = medians["tollgate"], True
    met &= goal("arrivals off what was asked for, in per mille", abs(own[0] / RATE / PACED_SECONDS - 1) * 1e3, 1.0)
    if "oha -q" in medians:
        met &= goal("variation of gaps, against oha -q", own[3] / medians["oha -q"][3], 0.6)
        met &= goal("off schedule, against oha -q", own[4] / medians["oha -q"][4], 1.0)
    return met


def counts():
    """The numbers of 200 and 429 beside nginx's own."""
    measure([TOLLGATE, "load", "--target", NGINX, "--request", "GET /limited/x", "--quiet", "--rate", "500/s",
             "--duration", "5s", "--limit", "100/1s", "--report", f"json={WORK}/report.json"])
    time.sleep(0.2)
    own = {}
    for step in report()["steps"]:
        own = {status: count for status, count in step["statuses"].items()}
    nginx = {}
    for line in (WORK / "limited.log").read_text().splitlines():
        nginx[line.split()[1]] = nginx.get(line.split()[1], 0) + 1
    same = own == nginx
    print(f"\na limit of nginx's own: tollgate counted {own}, nginx {nginx}: {'the same' if same else 'NOT THE SAME'}")
    return same


generators_found = generators()
done = [speed(), pacing(), counts()]
sys.exit(0 if all(done) else 1)
