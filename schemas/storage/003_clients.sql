-- Who asked for a trial, in a study without a trainer: the same client gets it again until it has
-- told how it went.
ALTER TABLE trial ADD COLUMN client TEXT NOT NULL DEFAULT '';
