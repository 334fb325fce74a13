"""The same files and the same landed tables in DuckDB, to hold `anwang bench road` against.

    python duckdb_road.py copy DEPARTMENTS OUT     bare copy of every CSV and Parquet file to Parquet: no checks, no keys, no encryption
    python duckdb_road.py classes DATA             from the landed tables (attached by the DuckLake catalogue) to household income and classes

Needs the wheels that `cargo xtask test` installs: duckdb, duckdb-ext-ducklake, duckdb-ext-sqlite (1.4.4). Prints one JSON line: wall seconds,
CPU seconds, peak MiB. What it computes is less than what a refresh does: income by wage and pension per household and four classes by it;
no relations, no programmes, no reasons, no lists.
"""

import glob
import json
import os
import resource
import sys
import time

import duckdb

# Yuan a month per person; the classes only have to cost what such classes cost.
CLASSES_FEN = (66900, 100350, 200700)

# The latest of each record wins; a withdrawn one is gone.
LATEST = """
    SELECT * FROM (
        SELECT *, row_number() OVER (PARTITION BY person, record ORDER BY batch DESC, "row" DESC) AS newest FROM lake.{table}
    ) WHERE newest = 1 AND NOT gone
"""

HOUSEHOLDS = """
    WITH hukou AS (SELECT person, household_no FROM ({hukou}) WHERE cancelled_on IS NULL),
    wages AS (SELECT person, max(monthly_wage) AS fen FROM ({employment}) WHERE ended_on IS NULL GROUP BY person),
    insured AS (SELECT person, max(base) AS wage_fen, sum(pension_total) AS pension_fen FROM ({social_insurance}) GROUP BY person),
    persons AS (
        SELECT household_no, coalesce(insured.wage_fen, wages.fen, 0) + coalesce(insured.pension_fen, 0) AS fen
        FROM hukou LEFT JOIN wages USING (person) LEFT JOIN insured USING (person)
    ),
    households AS (SELECT household_no, count(*) AS people, sum(fen) / count(*) AS fen FROM persons GROUP BY household_no)
    SELECT CASE WHEN fen < {low} THEN 1 WHEN fen < {edge} THEN 2 WHEN fen < {rigid} THEN 3 ELSE 4 END AS class, count(*), sum(people)
    FROM households GROUP BY class ORDER BY class
"""


def connect():
    import duckdb_ext

    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": os.cpu_count()})
    folder = glob.glob(os.path.join(list(duckdb_ext.__path__)[0], "extensions", "*", "*"))[0]
    for extension in ("sqlite_scanner", "ducklake"):
        connection.execute(f"LOAD '{folder}/{extension}.duckdb_extension'")
    return connection


def copy(departments, out):
    os.makedirs(out, exist_ok=True)
    connection = duckdb.connect(config={"threads": os.cpu_count()})
    rows = 0
    for number, path in enumerate(sorted(glob.glob(f"{departments}/feeds/**/*", recursive=True))):
        reader = {".csv": f"read_csv('{path}', all_varchar = true)", ".parquet": f"read_parquet('{path}')"}
        source = reader.get(os.path.splitext(path)[1])
        if source is not None:
            done = connection.execute(f"COPY (SELECT * FROM {source}) TO '{out}/{number}.parquet' (FORMAT parquet, COMPRESSION zstd)")
            rows += done.fetchone()[0]
    return {"rows": rows}


def classes(data):
    connection = connect()
    connection.execute(f"ATTACH 'ducklake:sqlite:{data}/book.sqlite' AS lake (READ_ONLY)")
    feeds = {feed: LATEST.format(table=f"feed_{feed}") for feed in ("hukou", "employment", "social_insurance")}
    low, edge, rigid = CLASSES_FEN
    found = connection.execute(HOUSEHOLDS.format(low=low, edge=edge, rigid=rigid, **feeds)).fetchall()
    return {"classes": [[int(value) for value in row] for row in found]}


def main():
    start = time.monotonic()
    result = {"copy": copy, "classes": classes}[sys.argv[1]](*sys.argv[2:])
    used = resource.getrusage(resource.RUSAGE_SELF)
    result.update(
        what=sys.argv[1],
        duckdb=duckdb.__version__,
        wall_s=round(time.monotonic() - start, 2),
        cpu_s=round(used.ru_utime + used.ru_stime, 2),
        peak_mib=round(used.ru_maxrss / 1024),
    )
    print(json.dumps(result))


main()
