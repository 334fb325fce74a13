"""Attaches a lake from DuckDB, as an analyst would, and prints the answers to some queries as JSON."""

import glob
import json
import os
import sys

import duckdb
import duckdb_ext

catalogue, schema, data_path = sys.argv[1:4]
queries = json.loads(sys.argv[4])
folder = glob.glob(os.path.join(list(duckdb_ext.__path__)[0], "extensions", "*", "*"))[0]
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
for extension in ("sqlite_scanner", "postgres_scanner", "ducklake"):
    connection.execute(f"LOAD '{folder}/{extension}.duckdb_extension'")
connection.execute(f"ATTACH 'ducklake:{catalogue}' AS lake (READ_ONLY, METADATA_SCHEMA '{schema}')")
stored = connection.execute(
    f"SELECT value FROM __ducklake_metadata_lake.{schema}.ducklake_metadata WHERE key = 'data_path'"
).fetchone()[0]
assert stored == data_path, (stored, data_path)
answers = [
    [[None if value is None else str(value) for value in row] for row in connection.execute(query).fetchall()]
    for query in queries
]
print(json.dumps(answers))
