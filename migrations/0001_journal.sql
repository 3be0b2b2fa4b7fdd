-- The journal and what is kept in step with it. Portable SQL: BIGINT milliseconds since 1970, TEXT ids, TEXT JSON.

-- Hands out the journal's sequence numbers. Its row is locked by whoever appends, so numbers have no gaps and
-- become visible in their order, also where several instances share a database.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('journal', 0);

-- One row for each thing that has a story: derived from the journal, in the transaction that appends to it.
CREATE TABLE entities (
    kind          TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    node          TEXT    NOT NULL,
    is_open       BOOLEAN NOT NULL,
    owner         TEXT,
    last_sequence BIGINT  NOT NULL,
    opened_at     BIGINT  NOT NULL,
    closed_at     BIGINT,
    summary       TEXT    NOT NULL,
    PRIMARY KEY (kind, id)
);
-- Starting asks for what is open on a node: few rows among many.
CREATE INDEX entities_open ON entities (node) WHERE is_open;
-- History, newest first.
CREATE INDEX entities_closed ON entities (kind, opened_at) WHERE closed_at IS NOT NULL;

-- What was decided and what happened. Never changed, never deleted.
CREATE TABLE journal (
    sequence        BIGINT NOT NULL PRIMARY KEY,
    entity_kind     TEXT   NOT NULL,
    entity_id       TEXT   NOT NULL,
    entity_sequence BIGINT NOT NULL,
    node            TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    actor_id        TEXT,
    actor_name      TEXT,
    lifecycle       TEXT   NOT NULL,
    -- With opening and closing entries: what lists show of the entity from then on.
    summary         TEXT,
    body            TEXT   NOT NULL,
    UNIQUE (entity_kind, entity_id, entity_sequence)
);

-- The answer each request with a key was given, so that asking twice does nothing twice.
CREATE TABLE idempotency (
    actor       TEXT   NOT NULL,
    request_key TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    response    TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (actor, request_key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- Every leg that was rung, for limits that hold across restarts.
CREATE TABLE dials (
    leg     TEXT   NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    user_id TEXT   NOT NULL,
    node    TEXT   NOT NULL
);
CREATE INDEX dials_at ON dials (at);
