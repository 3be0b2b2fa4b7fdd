-- Who may use the page and the API. Secrets are here only as hashes.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    -- The name in lower case: two users never differ by case alone.
    name_key      TEXT    NOT NULL UNIQUE,
    display_name  TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    -- argon2id, in the PHC string format.
    password_hash TEXT    NOT NULL,
    -- A JSON array, in the order they are rung.
    stations      TEXT    NOT NULL,
    disabled      BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);

CREATE TABLE sessions (
    -- SHA-256 of the cookie, in hexadecimal.
    token_hash   TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    csrf_token   TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE api_tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    name_key     TEXT   NOT NULL UNIQUE,
    role         TEXT   NOT NULL,
    -- SHA-256 of the token, in hexadecimal.
    token_hash   TEXT   NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

-- Failed attempts, and those still being checked.
CREATE TABLE login_attempts (
    id       TEXT   NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    name_key TEXT   NOT NULL,
    address  TEXT   NOT NULL
);
CREATE INDEX login_attempts_name ON login_attempts (name_key, at);
CREATE INDEX login_attempts_address ON login_attempts (address, at);

CREATE TABLE audit (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_id   TEXT,
    actor_name TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    outcome    TEXT   NOT NULL
);
CREATE INDEX audit_at ON audit (at);
