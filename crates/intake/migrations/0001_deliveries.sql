-- What intake knows of a batch beyond the book's own columns. Days are days since 1970-01-01.
CREATE TABLE intake_deliveries (
    batch_id BIGINT PRIMARY KEY REFERENCES batches (batch_id),
    as_of_day BIGINT NOT NULL,
    -- JSON array of the header's cells, for giving rejected rows back as they came.
    header TEXT NOT NULL,
    rows_to_review BIGINT NOT NULL,
    rows_equal BIGINT NOT NULL,
    rows_superseded BIGINT NOT NULL,
    rows_gone BIGINT NOT NULL,
    -- Equal for equal rows in any order and any kind of file.
    rows_digest BIGINT NOT NULL,
    -- JSON object of rule and number of rows or groups that break a rule which only gives notice.
    notices TEXT NOT NULL
);
CREATE INDEX intake_deliveries_by_digest ON intake_deliveries (rows_digest);
