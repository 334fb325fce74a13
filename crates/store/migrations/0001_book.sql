-- What departments delivered. Moments are milliseconds since 1970-01-01 UTC; keys are the bits of a u64.
CREATE TABLE batches (
    batch_id BIGINT PRIMARY KEY,
    feed TEXT NOT NULL,
    content_hash BYTEA NOT NULL,
    file_name TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('landed', 'held', 'confirmed', 'refused')),
    held_reason TEXT,
    held_detail TEXT,
    rows_in_file BIGINT NOT NULL,
    rows_landed BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    data_from TEXT,
    data_until TEXT,
    received_at_ms BIGINT NOT NULL,
    snapshot_id BIGINT,
    UNIQUE (feed, content_hash)
);
CREATE INDEX batches_by_feed ON batches (feed, scope, batch_id);

-- A row that did not land, kept aside. The row itself is sealed; only the masked value can be read.
CREATE TABLE rejects (
    batch_id BIGINT NOT NULL REFERENCES batches (batch_id),
    row_number BIGINT NOT NULL,
    column_name TEXT NOT NULL,
    code TEXT NOT NULL,
    masked_value TEXT NOT NULL,
    hint TEXT NOT NULL,
    sealed_row BYTEA
);
CREATE INDEX rejects_by_batch ON rejects (batch_id, row_number);
CREATE INDEX rejects_by_code ON rejects (code, batch_id);

-- Records without a usable id, with the likeliest people; a person decides.
CREATE TABLE reviews (
    review_id ROW_NUMBER_KEY,
    feed TEXT NOT NULL,
    batch_id BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    candidates TEXT NOT NULL,
    sealed_row BYTEA,
    state TEXT NOT NULL CHECK (state IN ('open', 'matched', 'dismissed')),
    person BIGINT,
    decided_by TEXT,
    decided_at_ms BIGINT,
    UNIQUE (batch_id, row_number)
);
CREATE INDEX reviews_by_state ON reviews (state, feed, review_id);

-- Refreshes and other long operations.
CREATE TABLE runs (
    run_id ROW_NUMBER_KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    as_of TEXT,
    pack_version TEXT,
    started_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT,
    snapshot_id BIGINT,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX runs_by_kind ON runs (kind, run_id);

-- The audit chain: hash = SM3(previous hash, all fields). Rows are only ever added.
CREATE TABLE audit (
    sequence BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    purpose TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_key BIGINT,
    detail TEXT NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject_key, sequence);

-- Small facts about this installation.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
