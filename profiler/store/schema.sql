-- run.db, schema 4. One file a run. Times are CLOCK_REALTIME nanoseconds unless the name says otherwise.
-- Where a table holds what an nsys export holds, it has that export's names (StringIds,
-- CUPTI_ACTIVITY_KIND_KERNEL).

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

-- What the run belongs to: project, model and user, and whatever else it was labelled with.
CREATE TABLE run_label (label TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

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
  step_source        TEXT NOT NULL,     -- optimizer, mark, nvtx, period; '': no step seen
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

-- What each step asked its GPUs to do, from the driver's calls. Steps of equal signature launched the same
-- work: what one of them does is taken for what all do.
CREATE TABLE step_launches (
  process   INTEGER NOT NULL,
  step      INTEGER NOT NULL,
  signature INTEGER NOT NULL,
  launches  INTEGER NOT NULL,  -- of kernels and of graphs
  look      INTEGER NOT NULL,  -- what else was measured: 0 nothing, 1 when its kernels ran, 2 what they executed, 3 what those executed that were launched first
  PRIMARY KEY (process, step)
) WITHOUT ROWID;

-- The intervals between steps.
CREATE TABLE outside_launches (
  process          INTEGER NOT NULL,
  signature        INTEGER NOT NULL,
  intervals        INTEGER NOT NULL,
  traced_intervals INTEGER NOT NULL,  -- the kernels of the others are in no sum
  PRIMARY KEY (process, signature)
) WITHOUT ROWID;

-- The kernels that a traced step launched, whenever they ran. step -1: launched outside steps, in one row.
-- A row without busy_ns: records are missing, and the whole step is not used. A traced step without a row:
-- not added up yet.
CREATE TABLE gpu_step (
  process      INTEGER NOT NULL,
  step         INTEGER NOT NULL,
  device       INTEGER NOT NULL,  -- -1: no kernel, or none to be used
  kernels      INTEGER NOT NULL,
  kernel_ns    INTEGER NOT NULL,  -- plain sum
  busy_ns      INTEGER,           -- measure of the union of the intervals of kernels and whole graphs
  copies       INTEGER NOT NULL DEFAULT 0,  -- and fills of memory: no part of the columns before
  copy_ns      INTEGER NOT NULL DEFAULT 0,  -- plain sum
  copied_bytes INTEGER NOT NULL DEFAULT 0,
  -- Launches of graphs that were traced as a whole: their nodes are no part of kernels, kernel_ns and copies.
  graphs       INTEGER NOT NULL DEFAULT 0,
  graph_ns     INTEGER NOT NULL DEFAULT 0,  -- plain sum from first node to last, the time between nodes included
  PRIMARY KEY (process, step, device)
) WITHOUT ROWID;

-- Of the traced steps that are used and have no whole graphs, and of work outside steps.
CREATE TABLE kernel_work (
  process   INTEGER NOT NULL,
  kernel    INTEGER NOT NULL REFERENCES StringIds(id),
  in_steps  INTEGER NOT NULL,  -- 0: launched outside steps
  launches  INTEGER NOT NULL,
  kernel_ns INTEGER NOT NULL,
  PRIMARY KEY (process, kernel, in_steps)
) WITHOUT ROWID;

-- The same work by the operator that launched it.
CREATE TABLE op_gpu_work (
  process   INTEGER NOT NULL,
  op        INTEGER NOT NULL REFERENCES StringIds(id),  -- '': by no operator that was observed
  phase     TEXT NOT NULL,
  in_steps  INTEGER NOT NULL,
  launches  INTEGER NOT NULL,
  kernel_ns INTEGER NOT NULL,
  PRIMARY KEY (process, op, phase, in_steps)
) WITHOUT ROWID;

-- What executed a floating-point operation: fp32, tensor_bf16, ...
CREATE TABLE flop_class (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- What a counted step executed, one column for each row of flop_class. NULL: not all counters of the class
-- counted this step.
CREATE TABLE executed_step (
  process                  INTEGER NOT NULL,
  step                     INTEGER NOT NULL,
  device                   INTEGER NOT NULL,
  fp64_flops               INTEGER,
  fp32_flops               INTEGER,
  fp16_flops               INTEGER,
  fp8_flops                INTEGER,
  tensor_fp64_flops        INTEGER,
  tensor_tf32_flops        INTEGER,
  tensor_fp16_flops        INTEGER,
  tensor_bf16_flops        INTEGER,
  tensor_fp8_flops         INTEGER,
  tensor_fp4_flops         INTEGER,
  tensor_fp4_fp6_flops     INTEGER,
  tensor_fp4_fp6_fp8_flops INTEGER,
  PRIMARY KEY (process, step, device)
) WITHOUT ROWID;

-- What a step, or an interval outside steps, of one signature executes: the mean over those that were
-- counted. Every class that the device has counters of has a row.
CREATE TABLE executed_signature (
  process        INTEGER NOT NULL,
  signature      INTEGER NOT NULL,
  device         INTEGER NOT NULL,
  flop_class     INTEGER NOT NULL REFERENCES flop_class(id),
  flops          INTEGER,           -- NULL: not all counters of the class have counted yet
  repeats        INTEGER NOT NULL,  -- of the counter that counted the fewest
  spread         REAL NOT NULL,     -- the most that repeats disagree, as a share of the mean
  data_dependent INTEGER NOT NULL,  -- they disagree by more than 1e-3: flops is no count
  margin95_flops INTEGER NOT NULL,  -- to either side, with 95 % confidence, rounded up; 0 unless data_dependent
  PRIMARY KEY (process, signature, device, flop_class)
) WITHOUT ROWID;

-- Where counters were refused: how long units of a device were active while it was watched, the mean over its
-- SMs. Of the whole device, whatever process ran on it, steps or not. No count of FLOPs. NULL: not told.
CREATE TABLE gpu_activity (
  process            INTEGER NOT NULL,
  device             INTEGER NOT NULL,
  began_after_ns     INTEGER NOT NULL,  -- since the process's started_at_ns
  ended_after_ns     INTEGER NOT NULL,
  watched_ns         INTEGER NOT NULL,  -- less than between these two where samples failed
  sm_ns              INTEGER,           -- a warp was there
  tensor_ns          INTEGER NOT NULL,  -- the tensor cores, all of:
  tensor_integer_ns  INTEGER,
  tensor_fp64_ns     INTEGER,
  fp64_ns            INTEGER,           -- no tensor cores, as in:
  fp32_ns            INTEGER,
  fp16_ns            INTEGER,
  tensor_cycles      INTEGER,           -- of an SM, its tensor cores neither at integers nor at fp64
  tensor_fp64_cycles INTEGER,
  PRIMARY KEY (process, device)
) WITHOUT ROWID;

-- The classes of which each step of a signature executes the same, to the digit: their work is told apart by
-- counting steps up to a launch, at so many of them.
CREATE TABLE executed_split (
  process    INTEGER NOT NULL,
  signature  INTEGER NOT NULL,
  device     INTEGER NOT NULL,
  flop_class INTEGER NOT NULL REFERENCES flop_class(id),
  flops      INTEGER NOT NULL,
  cuts       INTEGER NOT NULL,
  PRIMARY KEY (process, signature, device, flop_class)
) WITHOUT ROWID;

-- Their work in one step, by what launched it. What launches execute that are not told apart stands in a row
-- with what they have in common; those of a signature and class add up to executed_split.
CREATE TABLE executed_part (
  process       INTEGER NOT NULL,
  signature     INTEGER NOT NULL,
  device        INTEGER NOT NULL,
  flop_class    INTEGER NOT NULL REFERENCES flop_class(id),
  kernel        INTEGER NOT NULL REFERENCES StringIds(id),  -- 0: of several kernels
  op            INTEGER NOT NULL REFERENCES StringIds(id),  -- '': by no operator that was observed; 0: by several
  phase         TEXT NOT NULL,     -- '': in several
  launches      INTEGER NOT NULL,
  flops         INTEGER NOT NULL,
  untold_kernel INTEGER NOT NULL,  -- launches whose FLOPs stand in a row without their kernel,
  untold_op     INTEGER NOT NULL,  -- without their operator,
  untold_phase  INTEGER NOT NULL,  -- without their phase
  solved        INTEGER NOT NULL,  -- by equations in which launches of a kernel, an operator and a phase between
                                   -- the same two others are equal; 0: counted apart from all others
  PRIMARY KEY (process, signature, device, flop_class, kernel, op, phase)
) WITHOUT ROWID;

-- The full timeline of the steps that were asked for. Times are the profiling library's clock, nanoseconds.
CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (
  start               INTEGER NOT NULL,
  end                 INTEGER NOT NULL,
  deviceId            INTEGER NOT NULL,
  contextId           INTEGER NOT NULL,
  streamId            INTEGER NOT NULL,
  correlationId       INTEGER NOT NULL,
  globalPid           INTEGER NOT NULL,  -- pid * 0x1000000
  demangledName       INTEGER NOT NULL REFERENCES StringIds(id),
  shortName           INTEGER NOT NULL REFERENCES StringIds(id),
  registersPerThread  INTEGER NOT NULL,
  gridX               INTEGER NOT NULL,
  gridY               INTEGER NOT NULL,
  gridZ               INTEGER NOT NULL,
  blockX              INTEGER NOT NULL,
  blockY              INTEGER NOT NULL,
  blockZ              INTEGER NOT NULL,
  staticSharedMemory  INTEGER NOT NULL,  -- bytes, as
  dynamicSharedMemory INTEGER NOT NULL,
  process             INTEGER NOT NULL,  -- an nsys export has neither this
  step                INTEGER NOT NULL   -- nor this
);

CREATE TABLE fault (
  process  INTEGER NOT NULL,  -- 0: of the run
  what     TEXT NOT NULL,
  count    INTEGER NOT NULL,
  since_ns INTEGER NOT NULL,
  detail   TEXT NOT NULL,
  remedy   TEXT NOT NULL,
  UNIQUE (process, what, detail)
);
