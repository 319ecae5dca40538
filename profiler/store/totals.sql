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

-- The same fault of several processes is told once.
CREATE VIEW fault_total AS
SELECT what, sum(count) AS count, min(since_ns) AS since_ns, detail, remedy, count(*) AS processes
FROM fault GROUP BY what, detail, remedy ORDER BY min(since_ns), what, detail;
