#!/usr/bin/env python3
"""Holds what intake rejected against what synth spoilt.

usage: rejects.py RAW DATA
  RAW   folder of `anwang synth` (feeds/ and truth/), DATA  data folder after `anwang intake RAW/feeds --data DATA`.

Structural faults are those that a row shows by itself (`expected_reject` in truth/faulty_rows.parquet). Recall: how many of them
were rejected with that code. Precision: how many rejected rows were spoilt. The other planted faults need other feeds or months;
they are printed by name, not counted. Needs PyPI duckdb.
"""

import os
import sqlite3
import sys

import duckdb


def member(name):
    """`x.zip#y.csv` lies in x.zip."""
    return name.split("#")[0]


def main(raw, data):
    truth = duckdb.connect().execute(
        "SELECT feed, file, row, fault, expected_reject FROM read_parquet(?)",
        [os.path.join(raw, "truth", "faulty_rows.parquet")],
    ).fetchall()
    book = sqlite3.connect(f"file:{data}/book.sqlite?mode=ro", uri=True)
    rejected = {}
    for feed, file, as_of, row, code in book.execute(
        "SELECT b.feed, b.file_name, d.as_of_day, r.row_number, r.code FROM rejects r"
        " JOIN batches b USING (batch_id) JOIN intake_deliveries d USING (batch_id)"
    ):
        rejected.setdefault((feed, member(file), row), set()).add(code)

    planted = {}
    for feed, file, row, fault, expected in truth:
        planted.setdefault((feed, os.path.basename(file), row), []).append((fault, expected))

    structural = [(key, fault, expected) for key, faults in planted.items() for fault, expected in faults if expected]
    caught = [(key, fault) for key, fault, expected in structural if expected in rejected.get(key, ())]
    missed = [(key, fault, rejected.get(key)) for key, fault, expected in structural if expected not in rejected.get(key, ())]
    spoilt = [key for key in rejected if any(expected for _, expected in planted.get(key, ()))]
    stray = [(key, codes) for key, codes in rejected.items() if key not in spoilt]
    print(f"structural faults planted {len(structural)}, rejected with their code {len(caught)}: recall {len(caught) / max(len(structural), 1):.4f}")
    print(f"rows rejected {len(rejected)}, of them spoilt {len(spoilt)}: precision {len(spoilt) / max(len(rejected), 1):.4f}")
    for line in missed[:10]:
        print("  not rejected:", line)
    for line in stray[:10]:
        print("  rejected, not spoilt:", line, planted.get(line[0]))
    others = {}
    for faults in planted.values():
        for fault, expected in faults:
            if not expected:
                others[fault] = others.get(fault, 0) + 1
    print("for other feeds and months to see:", ", ".join(f"{name} {count}" for name, count in sorted(others.items())))


if __name__ == "__main__":
    main(*sys.argv[1:])
