-- run.db, schema 2. One file a run. Times are CLOCK_REALTIME nanoseconds unless the name says otherwise.
-- Where a table holds what an nsys export holds, it has that export's names (StringIds).

CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);

CREATE TABLE run (
  run_id           TEXT NOT NULL,
  command          TEXT NOT NULL,  -- JSON array
  directory        TEXT NOT NULL,
  host             TEXT NOT NULL,
  started_at_ns    INTEGER NOT NULL,
  ended_at_ns      INTEGER,        -- NULL: the launcher wrote no end
  ended            TEXT,           -- exited, signalled
  exit_status      INTEGER,        -- 128+n for signal n
  flopprof_version TEXT NOT NULL,
  overhead_budget  REAL NOT NULL,  -- share of the job's time
  every_steps      INTEGER NOT NULL,  -- 0: as many as the budget allows
  step_range       TEXT NOT NULL,
  launcher_pid     INTEGER         -- NULL: attached by hand
);

CREATE TABLE process (
  id                 INTEGER PRIMARY KEY,
  pid                INTEGER NOT NULL,
  parent_pid         INTEGER NOT NULL,
  start_ticks        INTEGER NOT NULL,  -- /proc/PID/stat field 22
  host               TEXT NOT NULL,
  command            TEXT NOT NULL,     -- JSON array
  started_at_ns      INTEGER NOT NULL,
  last_written_at_ns INTEGER NOT NULL,
  ended_at_ns        INTEGER,           -- NULL: running, or killed before its last record
  rank               INTEGER,
  local_rank         INTEGER,
  world_size         INTEGER,
  world              TEXT,              -- processes of one world step together; NULL: on its own
  libtorch           TEXT,
  cpu_name           TEXT NOT NULL,
  step_source        TEXT NOT NULL,     -- optimizer, mark, nvtx; '': no step seen
  callbacks          INTEGER NOT NULL,  -- operator callbacks served
  callback_ns        REAL NOT NULL,     -- cost of one, torch's dispatch of it included
  overhead_ns        INTEGER NOT NULL   -- all that flopprof cost this process
);

-- One optimiser update. step_class: 0 counted while every step was; n > 0 steps of equal cheap
-- signature, over which observed ones are extrapolated.
CREATE TABLE step (
  process        INTEGER NOT NULL,
  step           INTEGER NOT NULL,
  step_class     INTEGER NOT NULL,
  began_after_ns INTEGER NOT NULL,  -- since the process's started_at_ns
  wall_ns        INTEGER NOT NULL,
  model_flops    INTEGER,           -- NULL: not observed
  signature      INTEGER            -- of operators and shapes; NULL: not observed
);

-- Sums over the observed steps of one class. step_class -1: work that belongs to no step.
CREATE TABLE op_work (
  process          INTEGER NOT NULL,
  step_class       INTEGER NOT NULL,
  phase            TEXT NOT NULL,
  layer            INTEGER NOT NULL REFERENCES StringIds(id),
  op               INTEGER NOT NULL REFERENCES StringIds(id),
  part             INTEGER NOT NULL,  -- a sum that would leave 64 bits goes on in the next part
  calls            INTEGER NOT NULL,
  uncounted_calls  INTEGER NOT NULL,  -- floating-point work that model_flops leaves out
  model_flops      INTEGER NOT NULL,
  recomputed_flops INTEGER NOT NULL,  -- activation checkpointing; not in model_flops
  cpu_ns           INTEGER NOT NULL,
  PRIMARY KEY (process, step_class, phase, layer, op, part)
) WITHOUT ROWID;

CREATE TABLE gpu_device (
  process INTEGER NOT NULL,
  device  INTEGER NOT NULL,  -- CUDA's ordinal in the process
  name    TEXT NOT NULL,
  uuid    TEXT NOT NULL,     -- tells the devices of several processes apart; '': not known
  PRIMARY KEY (process, device)
) WITHOUT ROWID;

-- The kernels that a step launched, whenever they ran. step -1: launched outside steps, in one row.
-- A row without busy_ns: records are missing, and the whole step is not used. A step without a row: not
-- added up yet, or begun before the process used a GPU.
CREATE TABLE gpu_step (
  process   INTEGER NOT NULL,
  step      INTEGER NOT NULL,
  device    INTEGER NOT NULL,  -- -1: no kernel, or none to be used
  kernels   INTEGER NOT NULL,
  kernel_ns INTEGER NOT NULL,  -- plain sum
  busy_ns   INTEGER,           -- measure of the union of the kernels' intervals
  PRIMARY KEY (process, step, device)
) WITHOUT ROWID;

-- Of the steps that are used, and of work outside steps.
CREATE TABLE kernel_work (
  process   INTEGER NOT NULL,
  kernel    INTEGER NOT NULL REFERENCES StringIds(id),
  in_steps  INTEGER NOT NULL,  -- 0: launched outside steps
  launches  INTEGER NOT NULL,
  kernel_ns INTEGER NOT NULL,
  PRIMARY KEY (process, kernel, in_steps)
) WITHOUT ROWID;

CREATE TABLE fault (
  process  INTEGER NOT NULL,  -- 0: of the run
  what     TEXT NOT NULL,
  count    INTEGER NOT NULL,
  since_ns INTEGER NOT NULL,
  detail   TEXT NOT NULL,
  remedy   TEXT NOT NULL,
  UNIQUE (process, what, detail)
);
