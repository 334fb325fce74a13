#!/usr/bin/env python3
"""Intake beside DuckDB's bare copy of the same file, in the same run.

usage: run.py [ROWS] [FOLDER]      default: 3,000,000 rows of hukou and of medical in /tmp/anwang-bench-intake

Intake decodes, checks every cell and rule, makes person keys and tags, seals identities (hukou), sorts and lands. DuckDB copies
CSV (or Parquet) to Parquet and does nothing else. Prints one line per file and kind: rows/s, CPU seconds, peak memory, and the ratio of CPU seconds;
then one JSON document. Needs PyPI duckdb; run `cargo build -p anwang-intake --example throughput` first.
"""

import json
import os
import shutil
import subprocess
import sys

TARGET = os.environ.get("CARGO_TARGET_DIR", "target")
THROUGHPUT = os.path.join(TARGET, "debug", "examples", "throughput")

COPY = """
import duckdb, json, resource, sys, time
source, target = sys.argv[1:]
reader = "read_parquet" if source.endswith(".parquet") else "read_csv"
connection = duckdb.connect(config={"threads": 2})
connection.execute("SET enable_progress_bar = false")
begun = time.time()
connection.execute(f"COPY (SELECT * FROM {reader}('{source}')) TO '{target}' (FORMAT parquet)")
wall = time.time() - begun
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall_s": round(wall, 2), "cpu_s": round(used.ru_utime + used.ru_stime, 2), "peak_mib": used.ru_maxrss // 1024}))
"""


def intake(source, folder):
    data = os.path.join(folder, "data")
    shutil.rmtree(data, ignore_errors=True)
    done = subprocess.run([THROUGHPUT, "take", source, data, "2"], check=True, capture_output=True, text=True)
    shutil.rmtree(data, ignore_errors=True)
    return json.loads(done.stdout)


def copy(source, folder):
    target = os.path.join(folder, "copy.parquet")
    done = subprocess.run([sys.executable, "-c", COPY, source, target], check=True, capture_output=True, text=True)
    os.remove(target)
    return json.loads(done.stdout.splitlines()[-1])


def as_parquet(source):
    import duckdb

    target = source.replace(".csv", ".parquet")
    duckdb.connect().execute(f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE 100000)")
    return target


def main(rows="3000000", folder="/tmp/anwang-bench-intake"):
    subprocess.run([THROUGHPUT, "make", folder, rows], check=True)
    results = []
    for name in ["hukou.csv", "medical.csv"]:
        csv = os.path.join(folder, name)
        for source in [csv, as_parquet(csv)]:
            ours, theirs = intake(source, folder), copy(source, folder)
            ratio = ours["cpu_s"] / theirs["cpu_s"]
            results.append({"file": os.path.basename(source), "intake": ours, "duckdb_copy": theirs, "cpu_ratio": round(ratio, 2)})
            print(
                f"{os.path.basename(source):16} intake {ours['rows_per_s']:>9,} rows/s  {ours['cpu_s']:>6} CPU-s  {ours['peak_mib']:>5} MiB"
                f"   DuckDB copy {theirs['cpu_s']:>6} CPU-s  {theirs['peak_mib']:>5} MiB   ratio {ratio:.2f}"
            )
    print(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
