"""Attaches a lake from DuckDB, as an analyst would, and prints what it finds as JSON."""

import glob
import json
import os
import sys

import duckdb
import duckdb_ext

book, data_path = sys.argv[1], sys.argv[2]
queries = json.loads(sys.argv[3])
folder = glob.glob(os.path.join(list(duckdb_ext.__path__)[0], "extensions", "*", "*"))[0]
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
for extension in ("sqlite_scanner", "ducklake"):
    connection.execute(f"LOAD '{folder}/{extension}.duckdb_extension'")
connection.execute(f"ATTACH 'ducklake:sqlite:{book}' AS lake (READ_ONLY)")
stored = connection.execute(
    "SELECT value FROM __ducklake_metadata_lake.ducklake_metadata WHERE key = 'data_path'"
).fetchone()[0]
assert stored == data_path, (stored, data_path)
answers = [[[None if v is None else str(v) for v in row] for row in connection.execute(query).fetchall()] for query in queries]
print(json.dumps(answers))
