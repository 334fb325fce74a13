-- What the last refresh concluded, as pages ask for it. The lake keeps every past refresh; the book holds the current lists.
CREATE TABLE coverage (
    run_id BIGINT NOT NULL,
    county BIGINT NOT NULL,
    programme TEXT NOT NULL,
    served BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    undecidable BIGINT NOT NULL,
    amount_fen_per_month BIGINT NOT NULL,
    PRIMARY KEY (run_id, county, programme)
);

CREATE TABLE findings (
    kind TEXT NOT NULL CHECK (kind IN ('missed', 'wrong')),
    programme TEXT NOT NULL,
    county BIGINT NOT NULL,
    division BIGINT NOT NULL,
    person BIGINT NOT NULL,
    household BIGINT NOT NULL,
    reason TEXT NOT NULL,
    amount_fen_per_month BIGINT,
    since TEXT,
    PRIMARY KEY (kind, programme, person)
);
CREATE INDEX findings_by_place ON findings (kind, county, programme, person);
CREATE INDEX findings_by_person ON findings (person);
