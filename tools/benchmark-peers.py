#!/usr/bin/env python3
"""Measures peers of the event store on this machine: SQLite and, on request, UmaDB.

Standard output carries one JSON object and nothing else; progress goes to standard error:

    {"sqlite": {"version": "3.40.1", "bulk_events_per_second": 50000, "single_p50_microseconds": 120.5},
     "umadb":  {"version": "0.7.8",  "bulk_events_per_second": 50000, "single_p50_microseconds": 120.5}}

`umadb` is present only with `--umadb`. A UmaDB that cannot be installed, started or measured is reported
as {"umadb": {"unavailable": "<reason>"}}; the exit status is then still 0.

What is measured, the same way for both peers:

- bulk: one caller appends N events, each batch one durable commit. The clock starts when all events
  are in memory.
- single: one caller then makes 2,000 commits of one event each; the median latency of a commit.

An event is a record of random bytes and a random 16-byte idempotency key.

- SQLite runs in this process: one table, a unique index on the key, WAL, synchronous=FULL. All else is
  SQLite's default, so the automatic checkpoints of the WAL fall inside the clock.
- UmaDB runs as a server with its default settings and answers one client over gRPC on 127.0.0.1. The
  key is the event's UUID, which UmaDB does not hold unique; there is no append condition. Each event
  has one tag, its conversation of 10,000: without it a conversation could not be read back, which
  this ledger's records always can.

Every phase ends at a time limit even if events are left; the rate is then that of the events appended,
and standard error shows how many they are. The UmaDB server also ends when this process is killed.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import secrets
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

SINGLE_COMMITS = 2000
CONVERSATIONS = 10_000  # as many as the ledger's events are spread over
MAXIMUM = 10_000_000  # events; they all stay in memory, about half a kilobyte each
BULK_SECONDS = 120
SINGLE_SECONDS = 60
CLIENT_SECONDS = 120 + BULK_SECONDS + SINGLE_SECONDS  # the client makes its events too
INSTALL_SECONDS = 300
START_SECONDS = 30
UMADB_REQUIREMENT = "umadb==0.7.8"  # the wheel holds the client and the server


def say(message):
    print(message, file=sys.stderr, flush=True)


def measure(name, append_batch, append_one, bulk, singles, batch):
    """Times both phases; returns the number of events appended and the results."""
    batches = [bulk[first : first + batch] for first in range(0, len(bulk), batch)]
    say(f"{name}: appending {len(bulk)} events, {batch} a commit, then {len(singles)} commits of one")
    appended = 0
    start = time.perf_counter()
    for events in batches:
        append_batch(events)
        appended += len(events)
        if time.perf_counter() - start > BULK_SECONDS:
            break
    rate = appended / (time.perf_counter() - start)

    latencies = []
    start = time.perf_counter()
    for event in singles:
        before = time.perf_counter()
        append_one(event)
        after = time.perf_counter()
        latencies.append((after - before) * 1e6)
        if after - start > SINGLE_SECONDS:
            break
    results = {"bulk_events_per_second": round(rate), "single_p50_microseconds": round(statistics.median(latencies), 1)}
    say(f"{name}: has appended {appended} events, then {len(latencies)} commits of one: {results}")
    return appended + len(latencies), results


def measure_sqlite(folder, options):
    connection = sqlite3.connect(folder / "events.sqlite", isolation_level=None)
    journal = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous=FULL")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if (journal, synchronous) != ("wal", 2):
        raise RuntimeError(f"SQLite refuses WAL with synchronous=FULL: {journal}, {synchronous}")
    connection.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, key BLOB UNIQUE, record BLOB)")
    insert = "INSERT INTO events (position, key, record) VALUES (?, ?, ?)"

    def append_batch(rows):
        connection.execute("BEGIN")
        connection.executemany(insert, rows)
        connection.execute("COMMIT")

    def append_one(row):
        connection.execute(insert, row)  # outside BEGIN and COMMIT a statement is a transaction

    positions = range(1, options.events + SINGLE_COMMITS + 1)
    rows = [(position, secrets.token_bytes(16), secrets.token_bytes(options.bytes)) for position in positions]
    bulk, singles = rows[: options.events], rows[options.events :]
    appended, results = measure("sqlite", append_batch, append_one, bulk, singles, options.batch)
    stored = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    connection.close()
    if stored != appended:
        raise RuntimeError(f"SQLite holds {stored} events of {appended}")
    return {"version": sqlite3.sqlite_version, **results}


def measure_umadb(directory, folder, options):
    """Runs this script twice more, as server and as client, so that one that hangs can be killed."""
    python = python_with_umadb(directory)
    (data := folder / "umadb").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # No setting of UmaDB comes from outside, so that every machine measures the same defaults.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UMADB_")}
    script = [python, os.path.abspath(__file__), f"--port={port}"]
    serve = [*script, "--part=server", f"--directory={data}"]
    sizes = [f"--events={options.events}", f"--batch={options.batch}", f"--bytes={options.bytes}"]
    append = [*script, "--part=client", *sizes]
    log_path = folder / "umadb.log"
    with open(log_path, "wb") as log, subprocess.Popen(
        serve, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, start_new_session=True
    ) as server:
        try:
            wait_until_listening(server, port, log_path)
            client = subprocess.run(append, stdout=subprocess.PIPE, env=environment, timeout=CLIENT_SECONDS)
        finally:
            server.kill()
    answer = json.loads(client.stdout) if client.returncode == 0 else {}
    if "version" not in answer:
        raise RuntimeError(answer.get("unavailable", f"the client ends with status {client.returncode}"))
    return answer


def python_with_umadb(directory):
    """The path of a Python that can import umadb: this one, or one in a virtual environment in `directory`."""
    if importlib.util.find_spec("umadb"):
        return sys.executable
    environment = directory / "umadb-venv"
    python = str(environment / "bin" / "python")
    if os.path.exists(python) and subprocess.run([python, "-c", "import umadb"], capture_output=True).returncode == 0:
        return python
    install = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", UMADB_REQUIREMENT]
    for command in [sys.executable, "-m", "venv", str(environment)], install:
        say(f"umadb: {' '.join(command)}")
        done = subprocess.run(command, stdout=sys.stderr, timeout=INSTALL_SECONDS)
        if done.returncode != 0:
            raise RuntimeError(f"'{' '.join(command)}' ends with status {done.returncode}")
    return python


def wait_until_listening(server, port, log_path):
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
    last_line = "".join(log_path.read_text(errors="replace").strip().splitlines()[-1:])
    raise RuntimeError(f"the server does not listen (status {server.poll()}): {last_line}")


def run_umadb_server(data, port):
    """Serves until it is killed or standard input ends, which the death of the parent brings about."""
    import umadb

    def end_with_the_parent():
        os.read(0, 1)
        os._exit(0)

    threading.Thread(target=end_with_the_parent, daemon=True).start()
    umadb.run_server_from_args(["umadb", "--listen", f"127.0.0.1:{port}", "--db-path", str(data)])


def run_umadb_client(port, options):
    import umadb

    client = umadb.Client(f"http://127.0.0.1:{port}")
    def events(count):
        records = (secrets.token_bytes(options.bytes) for _ in range(count))
        return [
            umadb.Event("event", record, [f"conversation-{number % CONVERSATIONS}"], uuid.uuid4())
            for number, record in enumerate(records)
        ]

    bulk, singles = events(options.events), [[event] for event in events(SINGLE_COMMITS)]
    appended, results = measure("umadb", client.append, client.append, bulk, singles, options.batch)
    if client.head() != appended:
        raise RuntimeError(f"the store ends at position {client.head()} after {appended} events")
    return {"version": importlib.metadata.version("umadb"), **results}


def parse_arguments():
    def count(text):
        if not 1 <= int(text) <= MAXIMUM:
            raise argparse.ArgumentTypeError(f"must be from 1 to {MAXIMUM}")
        return int(text)

    parser = argparse.ArgumentParser(description="Measures SQLite and UmaDB as peers of the event store.")
    parser.add_argument("--events", type=count, default=200_000, metavar="N", help="events in bulk (200000)")
    parser.add_argument("--batch", type=count, default=1024, metavar="B", help="events a commit in bulk (1024)")
    parser.add_argument("--bytes", type=count, default=240, metavar="V", help="bytes of a record (240)")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where files go; the databases are removed at the"
                        " end, umadb-venv stays for the next run (default: a temporary folder here, removed)")
    parser.add_argument("--umadb", action="store_true", help="also measure UmaDB, installed with pip if need be")
    parser.add_argument("--part", choices=("server", "client"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_all(directory, options):
    with tempfile.TemporaryDirectory(prefix="run-", dir=directory) as name:
        results = {"sqlite": measure_sqlite(Path(name), options)}
        if options.umadb:
            try:
                results["umadb"] = measure_umadb(directory, Path(name), options)
            except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
                say(f"umadb: unavailable: {error}")
                results["umadb"] = {"unavailable": str(error)}
    print(json.dumps(results))


def main():
    options = parse_arguments()
    if options.part == "server":
        return run_umadb_server(options.directory, options.port)
    if options.part == "client":
        try:
            return print(json.dumps(run_umadb_client(options.port, options)))
        except Exception as error:
            return print(json.dumps({"unavailable": f"the client fails: {type(error).__name__}: {error}"}))

    for number in signal.SIGTERM, signal.SIGHUP:  # as an exception, so that all that is open is closed
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    if options.directory:
        options.directory.mkdir(parents=True, exist_ok=True)
        return measure_all(options.directory.resolve(), options)
    with tempfile.TemporaryDirectory(prefix="benchmark-peers-", dir=os.getcwd()) as directory:
        measure_all(Path(directory), options)


if __name__ == "__main__":
    main()
