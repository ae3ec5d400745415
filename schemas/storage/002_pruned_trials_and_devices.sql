-- Why a trial is stopped early and what it would probably have come to, for the optimizer; and which
-- devices an attempt holds, for whoever hands out the rest after a restart.

-- For people; empty unless the trial is pruned, or its running attempt is told to stop for that.
ALTER TABLE trial ADD COLUMN prune_reason TEXT NOT NULL DEFAULT '';

-- In units of the objective, on pruned trials only.
ALTER TABLE trial ADD COLUMN forecast    REAL;
ALTER TABLE trial ADD COLUMN forecast_sd REAL CHECK ((forecast IS NULL) = (forecast_sd IS NULL));

-- Numbers of GPUs, ascending, joined by commas.
ALTER TABLE attempt ADD COLUMN gpus TEXT NOT NULL DEFAULT '';
