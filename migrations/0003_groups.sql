-- People who are often asked for together, and who asked for what last time.

CREATE TABLE groups (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    -- The name in lower case: two groups never differ by case alone.
    name_key     TEXT   NOT NULL UNIQUE,
    -- A JSON array, in the order in which they are rung.
    participants TEXT   NOT NULL,
    changed_at   BIGINT NOT NULL
);

-- The conferences made from a call, by the caller's number: written in the transaction that opens them.
CREATE TABLE callers (
    conference TEXT   NOT NULL PRIMARY KEY,
    number     TEXT   NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX callers_number ON callers (number, at);
