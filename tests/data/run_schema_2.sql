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
-- Every sum that flopprof prints, defined once. `sqlite3 run.db 'select * from run_total'` is the report.
--
-- A run can exceed 64 bits, and SQLite would turn such a sum into a rounded REAL. FLOPs are therefore
-- carried as two integers, x = x_e9 * 1000000000 + x_rest, and joined at the end: an INTEGER when it
-- fits, else TEXT with all its digits.

CREATE VIEW class_total AS
SELECT process, step_class,
       count(*)                  AS steps,
       count(model_flops)        AS observed_steps,
       count(DISTINCT signature) AS signatures,
       min(model_flops)          AS model_flops_min,
       max(model_flops)          AS model_flops_max
FROM step GROUP BY process, step_class;

-- op_work scaled from the observed steps of a class to all its steps, by exact integer arithmetic.
-- An evaluation pass is no part of what makes steps equal, so evaluation work is not scaled.
-- Forward, backward and optimizer work outside any step belongs to no update: its phase is `other`.
CREATE VIEW work AS
WITH factor AS (
  SELECT w.*, CASE WHEN c.observed_steps > 0 AND phase <> 'evaluation' THEN c.steps ELSE 1 END AS n,
              CASE WHEN c.observed_steps > 0 AND phase <> 'evaluation' THEN c.observed_steps ELSE 1 END AS d
  FROM op_work w
  LEFT JOIN (SELECT process, step_class, count(*) AS steps, count(model_flops) AS observed_steps
             FROM step WHERE step_class > 0 GROUP BY process, step_class) c
    USING (process, step_class)
), scaled AS (
  SELECT *, model_flops / 1000000000 * n / d AS m_e9,
         (model_flops / 1000000000 * n % d * 1000000000 + model_flops % 1000000000 * n) / d AS m_rest,
         recomputed_flops / 1000000000 * n / d AS r_e9,
         (recomputed_flops / 1000000000 * n % d * 1000000000 + recomputed_flops % 1000000000 * n) / d AS r_rest
  FROM factor
)
SELECT process, step_class, op, layer,
       CASE WHEN step_class < 0 AND phase IN ('forward', 'backward', 'optimizer') THEN 'other'
            ELSE phase END                AS phase,
       calls / d * n + calls % d * n / d  AS calls,
       uncounted_calls / d * n + uncounted_calls % d * n / d AS uncounted_calls,
       m_e9 + m_rest / 1000000000         AS model_flops_e9,
       m_rest % 1000000000                AS model_flops_rest,
       r_e9 + r_rest / 1000000000         AS recomputed_flops_e9,
       r_rest % 1000000000                AS recomputed_flops_rest,
       cpu_ns / d * n + cpu_ns % d * n / d AS cpu_ns,
       n > d                              AS extrapolated
FROM scaled;

CREATE VIEW work_total AS
SELECT process, phase, op, layer,
       phase IN ('forward', 'backward', 'optimizer') AS training,
       sum(calls) AS calls, sum(uncounted_calls) AS uncounted_calls,
       sum(model_flops_e9) + sum(model_flops_rest) / 1000000000 AS e9,
       sum(model_flops_rest) % 1000000000 AS rest,
       sum(recomputed_flops_e9) + sum(recomputed_flops_rest) / 1000000000 AS recomputed_e9,
       sum(recomputed_flops_rest) % 1000000000 AS recomputed_rest,
       sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
FROM work GROUP BY process, phase, op, layer;

CREATE VIEW phase_sum AS
SELECT phase, training, sum(calls) AS calls, sum(uncounted_calls) AS uncounted_calls,
       sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest,
       sum(recomputed_e9) + sum(recomputed_rest) / 1000000000 AS recomputed_e9,
       sum(recomputed_rest) % 1000000000 AS recomputed_rest,
       sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
FROM work_total GROUP BY phase;

CREATE VIEW phase_total AS
SELECT phase, calls, uncounted_calls,
       CASE WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS model_flops,
       CASE WHEN recomputed_e9 < 9223372036 THEN recomputed_e9 * 1000000000 + recomputed_rest
            ELSE printf('%d%09d', recomputed_e9, recomputed_rest) END AS recomputed_flops,
       CASE WHEN extrapolated THEN 'extrapolated' ELSE 'modelled' END AS source,
       cpu_ns
FROM phase_sum;

-- By operator and by layer: training work in the plain columns, the rest beside it.
CREATE VIEW op_total AS
WITH s AS (
  SELECT op,
         sum(calls * training) AS calls, sum(uncounted_calls * training) AS uncounted_calls,
         sum(calls * (phase = 'evaluation')) AS evaluation_calls,
         sum(calls * (phase = 'other')) AS other_calls,
         sum(uncounted_calls * NOT training) AS other_uncounted_calls,
         sum(e9 * training) AS e9, sum(rest * training) AS rest,
         sum(e9 * (phase = 'evaluation')) AS ev_e9, sum(rest * (phase = 'evaluation')) AS ev_rest,
         sum(e9 * (phase = 'other')) AS ot_e9, sum(rest * (phase = 'other')) AS ot_rest,
         sum(recomputed_e9) AS re_e9, sum(recomputed_rest) AS re_rest,
         sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
  FROM work_total GROUP BY op
)
SELECT StringIds.value AS op, calls, uncounted_calls,
       CASE WHEN e9 + rest / 1000000000 < 9223372036 THEN e9 * 1000000000 + rest
            ELSE printf('%d%09d', e9 + rest / 1000000000, rest % 1000000000) END AS model_flops,
       CASE WHEN re_e9 + re_rest / 1000000000 < 9223372036 THEN re_e9 * 1000000000 + re_rest
            ELSE printf('%d%09d', re_e9 + re_rest / 1000000000, re_rest % 1000000000) END AS recomputed_flops,
       CASE WHEN ev_e9 + ev_rest / 1000000000 < 9223372036 THEN ev_e9 * 1000000000 + ev_rest
            ELSE printf('%d%09d', ev_e9 + ev_rest / 1000000000, ev_rest % 1000000000) END AS evaluation_flops,
       CASE WHEN ot_e9 + ot_rest / 1000000000 < 9223372036 THEN ot_e9 * 1000000000 + ot_rest
            ELSE printf('%d%09d', ot_e9 + ot_rest / 1000000000, ot_rest % 1000000000) END AS other_flops,
       CASE WHEN extrapolated THEN 'extrapolated' ELSE 'modelled' END AS source,
       evaluation_calls, other_calls, other_uncounted_calls, cpu_ns
FROM s JOIN StringIds ON StringIds.id = s.op;

CREATE VIEW layer_total AS
WITH s AS (
  SELECT layer,
         sum(calls * training) AS calls, sum(uncounted_calls * training) AS uncounted_calls,
         sum(e9 * training) AS e9, sum(rest * training) AS rest,
         sum(e9 * (phase = 'forward')) AS fw_e9, sum(rest * (phase = 'forward')) AS fw_rest,
         sum(e9 * (phase = 'backward')) AS bw_e9, sum(rest * (phase = 'backward')) AS bw_rest,
         sum(e9 * (phase = 'evaluation')) AS ev_e9, sum(rest * (phase = 'evaluation')) AS ev_rest,
         sum(e9 * (phase = 'other')) AS ot_e9, sum(rest * (phase = 'other')) AS ot_rest,
         sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
  FROM work_total GROUP BY layer
)
SELECT StringIds.value AS layer, calls, uncounted_calls,
       CASE WHEN e9 + rest / 1000000000 < 9223372036 THEN e9 * 1000000000 + rest
            ELSE printf('%d%09d', e9 + rest / 1000000000, rest % 1000000000) END AS model_flops,
       CASE WHEN fw_e9 + fw_rest / 1000000000 < 9223372036 THEN fw_e9 * 1000000000 + fw_rest
            ELSE printf('%d%09d', fw_e9 + fw_rest / 1000000000, fw_rest % 1000000000) END AS forward_flops,
       CASE WHEN bw_e9 + bw_rest / 1000000000 < 9223372036 THEN bw_e9 * 1000000000 + bw_rest
            ELSE printf('%d%09d', bw_e9 + bw_rest / 1000000000, bw_rest % 1000000000) END AS backward_flops,
       CASE WHEN ev_e9 + ev_rest / 1000000000 < 9223372036 THEN ev_e9 * 1000000000 + ev_rest
            ELSE printf('%d%09d', ev_e9 + ev_rest / 1000000000, ev_rest % 1000000000) END AS evaluation_flops,
       CASE WHEN ot_e9 + ot_rest / 1000000000 < 9223372036 THEN ot_e9 * 1000000000 + ot_rest
            ELSE printf('%d%09d', ot_e9 + ot_rest / 1000000000, ot_rest % 1000000000) END AS other_flops,
       CASE WHEN extrapolated THEN 'extrapolated' ELSE 'modelled' END AS source,
       cpu_ns
FROM s JOIN StringIds ON StringIds.id = s.layer;

-- A step of a world of ranks is one step: FLOPs are summed over the ranks, the slowest gives its time.
-- An extrapolated step has the mean of the observed steps of its class, never another class's.
-- GPU time is the sum over the devices of the process; NULL where it is not known for each.
CREATE VIEW process_step AS
SELECT coalesce(p.world, 'process ' || p.id) AS world, s.process, p.rank, s.step,
       p.started_at_ns + s.began_after_ns AS began_at_ns, s.wall_ns,
       CASE WHEN s.model_flops IS NOT NULL THEN s.model_flops
            ELSE c.mean END AS model_flops,
       CASE WHEN s.model_flops IS NOT NULL THEN 'modelled'
            WHEN c.observed_steps > 0 THEN 'extrapolated' ELSE 'none' END AS source,
       CASE WHEN s.model_flops IS NULL THEN c.model_flops_min ELSE s.model_flops END AS model_flops_min,
       CASE WHEN s.model_flops IS NULL THEN c.model_flops_max ELSE s.model_flops END AS model_flops_max,
       (SELECT CASE WHEN count(*) = count(busy_ns) THEN sum(busy_ns) END
        FROM gpu_step g WHERE g.process = s.process AND g.step = s.step) AS gpu_ns
FROM step s
JOIN process p ON p.id = s.process
JOIN (SELECT process, step_class, count(model_flops) AS observed_steps,
             min(model_flops) AS model_flops_min, max(model_flops) AS model_flops_max,
             sum(model_flops / 1000000000) / count(model_flops) * 1000000000
             + (sum(model_flops / 1000000000) % count(model_flops) * 1000000000
                + sum(model_flops % 1000000000)) / count(model_flops) AS mean
      FROM step GROUP BY process, step_class) c
  USING (process, step_class);

CREATE VIEW step_total AS
WITH alone AS (  -- worlds of one process, which need no sorting: their steps are what the process wrote
  SELECT max(id) AS process FROM process GROUP BY coalesce(world, 'process ' || id) HAVING count(*) = 1
)
SELECT world, step, 1 AS ranks, began_at_ns, wall_ns, model_flops, source, gpu_ns
FROM process_step WHERE process IN (SELECT process FROM alone)
UNION ALL
SELECT world, step, count(*) AS ranks, min(began_at_ns) AS began_at_ns, max(wall_ns) AS wall_ns,
       CASE WHEN sum(model_flops IS NULL) > 0 THEN NULL
            WHEN sum(model_flops / 1000000000) + sum(model_flops % 1000000000) / 1000000000 < 9223372036
            THEN sum(model_flops / 1000000000) * 1000000000 + sum(model_flops % 1000000000)
            ELSE printf('%d%09d', sum(model_flops / 1000000000) + sum(model_flops % 1000000000) / 1000000000,
                        sum(model_flops % 1000000000) % 1000000000) END AS model_flops,
       CASE WHEN sum(source = 'none') THEN 'none' WHEN sum(source = 'extrapolated') THEN 'extrapolated'
            ELSE 'modelled' END AS source,
       CASE WHEN count(*) = count(gpu_ns) THEN sum(gpu_ns) END AS gpu_ns
FROM process_step WHERE process NOT IN (SELECT process FROM alone) GROUP BY world, step;

CREATE VIEW process_total AS
WITH s AS (
  SELECT process, sum(e9 * training) AS e9, sum(rest * training) AS rest,
         sum(uncounted_calls * training) AS uncounted_calls,
         sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
  FROM work_total GROUP BY process
), t AS (
  SELECT process, count(*) AS steps, count(model_flops) AS observed_steps, sum(wall_ns) AS step_wall_ns
  FROM step GROUP BY process
)
SELECT p.id AS process, p.pid, p.host, p.rank, p.local_rank, p.world_size, p.world,
       coalesce(t.steps, 0) AS steps, coalesce(t.observed_steps, 0) AS observed_steps,
       coalesce(CASE WHEN e9 + rest / 1000000000 < 9223372036 THEN e9 * 1000000000 + rest
            ELSE printf('%d%09d', e9 + rest / 1000000000, rest % 1000000000) END, 0) AS model_flops,
       coalesce(s.uncounted_calls, 0) AS uncounted_calls,
       CASE WHEN s.extrapolated THEN 'extrapolated' WHEN p.libtorch IS NULL THEN 'none'
            ELSE 'modelled' END AS source,
       coalesce(t.step_wall_ns, 0) AS step_wall_ns, coalesce(s.cpu_ns, 0) AS cpu_ns,
       p.callbacks, p.callback_ns, p.overhead_ns
FROM process p LEFT JOIN s ON s.process = p.id LEFT JOIN t ON t.process = p.id;

CREATE VIEW run_total AS
WITH w AS (
  SELECT coalesce(sum(e9), 0) AS e9, coalesce(sum(rest), 0) AS rest,
         coalesce(sum(recomputed_e9), 0) AS re_e9, coalesce(sum(recomputed_rest), 0) AS re_rest,
         coalesce(sum(uncounted_calls), 0) AS uncounted_calls, coalesce(max(extrapolated), 0) AS extrapolated
  FROM phase_sum WHERE training
), worlds AS (
  SELECT max(steps) AS steps, max(observed_steps) AS observed_steps, max(step_wall_ns) AS step_wall_ns
  FROM process_total GROUP BY coalesce(world, process)
)
SELECT (SELECT coalesce(sum(steps), 0) FROM worlds) AS steps,
       (SELECT coalesce(sum(observed_steps), 0) FROM worlds) AS observed_steps,
       (SELECT coalesce(sum(steps), 0)
        FROM (SELECT count(*) AS steps FROM step GROUP BY process, step_class HAVING count(model_flops) = 0))
         AS steps_without_flops,
       CASE WHEN e9 + rest / 1000000000 < 9223372036 THEN e9 * 1000000000 + rest
            ELSE printf('%d%09d', e9 + rest / 1000000000, rest % 1000000000) END AS model_flops,
       CASE WHEN (SELECT count(*) FROM process WHERE libtorch IS NOT NULL) = 0 THEN 'none'
            WHEN extrapolated THEN 'extrapolated' ELSE 'modelled' END AS model_flops_source,
       CASE WHEN re_e9 + re_rest / 1000000000 < 9223372036 THEN re_e9 * 1000000000 + re_rest
            ELSE printf('%d%09d', re_e9 + re_rest / 1000000000, re_rest % 1000000000) END AS recomputed_flops,
       uncounted_calls,
       (SELECT max(1, count(DISTINCT rank)) FROM process WHERE rank IS NOT NULL) AS ranks,
       (SELECT coalesce(sum(overhead_ns), 0) FROM process) AS overhead_ns,
       -- of the slowest rank of each world
       (SELECT coalesce(sum(step_wall_ns), 0) FROM worlds) AS step_wall_ns,
       -- of the processes that flopprof cost something: what overhead_ns is a share of
       (SELECT coalesce(sum(coalesce(ended_at_ns, last_written_at_ns) - started_at_ns), 0)
        FROM process WHERE overhead_ns > 0) AS process_wall_ns
FROM w;

-- What the total lies between if every uncounted step did the least, or the most, that a counted step
-- of its class did. Wide where the steps of a class differ.
CREATE VIEW run_interval AS
WITH c AS (
  SELECT count(*) - count(model_flops) AS unseen,
         sum(model_flops / 1000000000) AS e9, sum(model_flops % 1000000000) AS rest,
         min(model_flops) AS least, max(model_flops) AS most
  FROM step GROUP BY process, step_class
), s AS (
  SELECT sum(e9 + unseen * (least / 1000000000)) AS lo_e9, sum(rest + unseen * (least % 1000000000)) AS lo_rest,
         sum(e9 + unseen * (most / 1000000000)) AS hi_e9, sum(rest + unseen * (most % 1000000000)) AS hi_rest
  FROM c WHERE least IS NOT NULL
)
SELECT CASE WHEN lo_e9 + lo_rest / 1000000000 < 9223372036 THEN lo_e9 * 1000000000 + lo_rest
            ELSE printf('%d%09d', lo_e9 + lo_rest / 1000000000, lo_rest % 1000000000) END AS model_flops_min,
       CASE WHEN hi_e9 + hi_rest / 1000000000 < 9223372036 THEN hi_e9 * 1000000000 + hi_rest
            ELSE printf('%d%09d', hi_e9 + hi_rest / 1000000000, hi_rest % 1000000000) END AS model_flops_max
FROM s;

-- The median of an even number of steps is the lower middle one: a value that occurred. FLOPs are
-- ordered by their number of digits first, which is right for INTEGER and TEXT alike.
CREATE VIEW per_step_total AS
WITH t AS MATERIALIZED (SELECT wall_ns, model_flops, gpu_ns FROM step_total),
n AS (SELECT count(*) AS steps, count(model_flops) AS known, min(wall_ns) AS least, max(wall_ns) AS most FROM t),
f AS MATERIALIZED (SELECT model_flops FROM t WHERE model_flops IS NOT NULL
                   ORDER BY length(model_flops), model_flops)
SELECT 'model_flops' AS quantity, known AS steps, (SELECT model_flops FROM f LIMIT 1) AS min,
       (SELECT model_flops FROM f LIMIT 1 OFFSET (SELECT (known - 1) / 2 FROM n)) AS median,
       (SELECT model_flops FROM f LIMIT 1 OFFSET (SELECT known - 1 FROM n)) AS max
FROM n WHERE known > 0
UNION ALL
SELECT 'wall_ns', steps, least, (SELECT wall_ns FROM t ORDER BY wall_ns LIMIT 1 OFFSET (SELECT (steps - 1) / 2 FROM n)), most
FROM n WHERE steps > 0
UNION ALL
SELECT 'gpu_ns', count(gpu_ns), min(gpu_ns),
       (SELECT gpu_ns FROM t WHERE gpu_ns IS NOT NULL ORDER BY gpu_ns
        LIMIT 1 OFFSET (SELECT (count(gpu_ns) - 1) / 2 FROM t)), max(gpu_ns)
FROM t HAVING count(gpu_ns) > 0;

-- The same fault of several processes is told once.
CREATE VIEW fault_total AS
SELECT what, sum(count) AS count, min(since_ns) AS since_ns, detail, remedy, count(*) AS processes
FROM fault GROUP BY what, detail, remedy ORDER BY min(since_ns), what, detail;

-- What a world's first n steps cost, up to and including each step. Steps without FLOPs are left out of
-- the sum and counted beside it.
CREATE VIEW step_running_total AS
WITH s AS (
  SELECT world, step, max(wall_ns) AS wall_ns, max(source = 'none') AS without,
         CASE WHEN count(*) = count(gpu_ns) THEN sum(gpu_ns) END AS gpu_ns,
         max(source = 'extrapolated') AS extrapolated,
         sum(coalesce(model_flops, 0) / 1000000000) AS e9, sum(coalesce(model_flops, 0) % 1000000000) AS rest,
         sum(coalesce(model_flops_min, 0) / 1000000000) AS min_e9,
         sum(coalesce(model_flops_min, 0) % 1000000000) AS min_rest,
         sum(coalesce(model_flops_max, 0) / 1000000000) AS max_e9,
         sum(coalesce(model_flops_max, 0) % 1000000000) AS max_rest
  FROM process_step GROUP BY world, step
), r AS (
  SELECT world, step, row_number() OVER w AS steps, sum(wall_ns) OVER w AS wall_ns,
         sum(gpu_ns) OVER w AS gpu_ns, sum(gpu_ns IS NULL) OVER w AS without_gpu,
         sum(without) OVER w AS without, max(extrapolated) OVER w AS extrapolated,
         sum(e9) OVER w AS e9, sum(rest) OVER w AS rest, sum(min_e9) OVER w AS min_e9,
         sum(min_rest) OVER w AS min_rest, sum(max_e9) OVER w AS max_e9, sum(max_rest) OVER w AS max_rest
  FROM s WINDOW w AS (PARTITION BY world ORDER BY step)
)
SELECT world, step, steps, wall_ns, gpu_ns, without_gpu AS steps_without_gpu_time, without AS steps_without_flops,
       CASE WHEN e9 + rest / 1000000000 < 9223372036 THEN e9 * 1000000000 + rest
            ELSE printf('%d%09d', e9 + rest / 1000000000, rest % 1000000000) END AS model_flops,
       CASE WHEN min_e9 + min_rest / 1000000000 < 9223372036 THEN min_e9 * 1000000000 + min_rest
            ELSE printf('%d%09d', min_e9 + min_rest / 1000000000, min_rest % 1000000000) END AS model_flops_min,
       CASE WHEN max_e9 + max_rest / 1000000000 < 9223372036 THEN max_e9 * 1000000000 + max_rest
            ELSE printf('%d%09d', max_e9 + max_rest / 1000000000, max_rest % 1000000000) END AS model_flops_max,
       CASE WHEN without = steps THEN 'none' WHEN extrapolated THEN 'extrapolated' ELSE 'modelled' END AS source
FROM r;
-- The sums of GPU work, on top of totals.sql.

-- Kernels in steps whose GPU time is known, and what was launched outside steps beside them. The same
-- device seen by several processes is one.
CREATE VIEW device_total AS
WITH unusable AS (
  SELECT DISTINCT process, step FROM gpu_step WHERE busy_ns IS NULL
), s AS (
  SELECT process, device,
         sum(kernels * (step >= 0)) AS kernels, sum(kernel_ns * (step >= 0)) AS kernel_ns,
         sum(busy_ns * (step >= 0)) AS busy_ns, sum(kernels * (step < 0)) AS other_kernels,
         sum(kernel_ns * (step < 0)) AS other_kernel_ns, sum(busy_ns * (step < 0)) AS other_busy_ns
  FROM gpu_step WHERE device >= 0 AND (process, step) NOT IN unusable GROUP BY process, device
)
SELECT p.host, s.device, coalesce(d.name, '') AS name, coalesce(d.uuid, '') AS uuid,
       sum(kernels) AS kernels, sum(kernel_ns) AS kernel_ns, sum(busy_ns) AS gpu_ns,
       sum(other_kernels) AS other_kernels, sum(other_kernel_ns) AS other_kernel_ns,
       sum(other_busy_ns) AS other_gpu_ns
FROM s JOIN process p ON p.id = s.process
LEFT JOIN gpu_device d ON d.process = s.process AND d.device = s.device
GROUP BY p.host, CASE WHEN coalesce(d.uuid, '') = '' THEN p.id || '/' || s.device ELSE d.uuid END;

CREATE VIEW kernel_total AS
SELECT StringIds.value AS kernel, sum(launches * in_steps) AS launches, sum(kernel_ns * in_steps) AS kernel_ns,
       sum(launches * NOT in_steps) AS other_launches, sum(kernel_ns * NOT in_steps) AS other_kernel_ns
FROM kernel_work JOIN StringIds ON StringIds.id = kernel_work.kernel GROUP BY kernel;

-- Training work. No row without a GPU. allocated_ns: the time of the steps, of each world's slowest rank,
-- times the devices that ran its kernels.
CREATE VIEW gpu_total AS
WITH worlds AS (
  SELECT max(t.step_wall_ns) AS step_wall_ns,
         (SELECT count(DISTINCT q.host || ' ' || coalesce(nullif(d.uuid, ''), q.id || '/' || g.device))
          FROM process q JOIN gpu_step g ON g.process = q.id AND g.device >= 0
          LEFT JOIN gpu_device d ON d.process = g.process AND d.device = g.device
          WHERE coalesce(q.world, q.id) = coalesce(t.world, t.process)) AS devices
  FROM process_total t GROUP BY coalesce(t.world, t.process)
), unknown AS (
  SELECT count(*) AS steps FROM step_total WHERE gpu_ns IS NULL
)
SELECT (SELECT coalesce(sum(gpu_ns), 0) FROM device_total) AS gpu_ns,
       (SELECT coalesce(sum(kernel_ns), 0) FROM device_total) AS kernel_ns,
       (SELECT coalesce(sum(kernels), 0) FROM device_total) AS kernels,
       (SELECT coalesce(sum(step_wall_ns * devices), 0) FROM worlds) AS allocated_ns,
       (SELECT steps FROM unknown) AS steps_without_gpu_time  -- left out of gpu_ns and kernel_ns
WHERE EXISTS (SELECT 1 FROM gpu_step);
