-- Everything that tuner must not forget. Times are milliseconds since 1970 (UTC); states and kinds
-- are spelled as in tuner/study. Applied by tuner/storage/migrations in one transaction.

-- One row for every start of a daemon on this file. Only the newest may write (epoch fencing).
CREATE TABLE daemon (
    epoch         INTEGER PRIMARY KEY,
    boot_id       TEXT    NOT NULL,
    pid_namespace TEXT    NOT NULL,
    pid           INTEGER NOT NULL,
    start_ticks   INTEGER NOT NULL,
    started_ms    INTEGER NOT NULL
) STRICT;

-- The last number given to a study of each name; it outlives its studies, so no id comes twice.
CREATE TABLE study_name (
    name        TEXT PRIMARY KEY,
    last_number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE study (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    config     TEXT    NOT NULL,
    file       TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'finished', 'cancelled')),
    reason     TEXT    NOT NULL,
    message    TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    ended_ms   INTEGER
) STRICT;

CREATE TABLE trial (
    key                    INTEGER PRIMARY KEY,
    study                  INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
    number                 INTEGER NOT NULL CHECK (number >= 1),
    assignment             TEXT    NOT NULL,
    provenance             TEXT    NOT NULL,
    state                  TEXT    NOT NULL CHECK (
        state IN ('pending', 'running', 'completed', 'pruned', 'failed', 'cancelled')
    ),
    attempts               INTEGER NOT NULL,
    user_retries           INTEGER NOT NULL,
    infrastructure_retries INTEGER NOT NULL,
    attempt                INTEGER,  -- the attempt whose measurements are the trial's, if any
    objective_kind         INTEGER CHECK (objective_kind BETWEEN 0 AND 3),  -- as in measurement
    objective              REAL CHECK ((objective IS NULL) = (objective_kind IS NULL)),
    objective_step         INTEGER CHECK ((objective_step IS NULL) = (objective_kind IS NULL)),
    failure_kind           TEXT,
    failure_message        TEXT CHECK ((failure_message IS NULL) = (failure_kind IS NULL)),
    created_ms             INTEGER NOT NULL,
    started_ms             INTEGER,
    ended_ms               INTEGER,
    UNIQUE (study, number)
) STRICT;

CREATE TABLE attempt (
    key            INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid           TEXT    NOT NULL UNIQUE,
    trial          INTEGER NOT NULL REFERENCES trial (key) ON DELETE CASCADE,
    number         INTEGER NOT NULL CHECK (number >= 1),
    epoch          INTEGER NOT NULL REFERENCES daemon (epoch),  -- of the daemon that began it
    state          TEXT    NOT NULL CHECK (state IN ('intent', 'running', 'stopping', 'ended')),
    dir            TEXT    NOT NULL,
    boot_id        TEXT    NOT NULL,
    pid_namespace  TEXT    NOT NULL,
    pid            INTEGER NOT NULL,
    start_ticks    INTEGER NOT NULL,
    metrics_offset INTEGER NOT NULL,
    measurements   INTEGER NOT NULL,  -- how many have arrived: numbers the next one
    exit_kind      TEXT CHECK ((exit_kind IS NULL) = (state <> 'ended')),
    exit_code      INTEGER,
    exit_signal    INTEGER,
    exit_message   TEXT,
    exit_log_tail  TEXT,
    created_ms     INTEGER NOT NULL,
    ended_ms       INTEGER CHECK ((ended_ms IS NULL) = (state <> 'ended')),
    UNIQUE (trial, number)
) STRICT;

-- Whatever the code does: a trial never has two live attempts.
CREATE UNIQUE INDEX one_live_attempt ON attempt (trial)
    WHERE state IN ('intent', 'running', 'stopping');

CREATE TABLE metric (
    key  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- One metric of one measurement. `kind` is 0 for a finite value, 1 NaN, 2 +infinity, 3 -infinity,
-- the last three with value 0: SQLite cannot hold a NaN. The key makes a report that arrives twice
-- one row; a second value for the same step is another row, and `sequence` says that it came later.
CREATE TABLE measurement (
    attempt  INTEGER NOT NULL REFERENCES attempt (key) ON DELETE CASCADE,
    step     INTEGER NOT NULL,
    metric   INTEGER NOT NULL REFERENCES metric (key),
    kind     INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    value    REAL    NOT NULL CHECK (kind = 0 OR value = 0),
    sequence INTEGER NOT NULL,  -- which measurement of its attempt, in order of arrival
    position INTEGER NOT NULL,  -- which metric of that measurement
    PRIMARY KEY (attempt, step, metric, kind, value)
) STRICT, WITHOUT ROWID;

-- All metrics of the measurement that became a trial's result.
CREATE TABLE outcome_metric (
    trial    INTEGER NOT NULL REFERENCES trial (key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    metric   INTEGER NOT NULL REFERENCES metric (key),
    kind     INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    value    REAL    NOT NULL CHECK (kind = 0 OR value = 0),
    PRIMARY KEY (trial, position)
) STRICT, WITHOUT ROWID;

-- `study` is the id that users know and no reference: the news that a study was deleted outlives it.
CREATE TABLE event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    study   TEXT    NOT NULL,
    trial   INTEGER,
    json    TEXT    NOT NULL
) STRICT;

CREATE INDEX event_of_study ON event (study, id);
