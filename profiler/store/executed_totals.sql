-- What GPUs executed, on top of step_totals.sql. A step has its own count of a class where it was counted,
-- else the mean of its signature; it is known when each class of each of its devices is. FLOPs are carried
-- as in totals.sql.

-- One row for each count of a class in one step.
CREATE VIEW executed_own AS
SELECT e.process, e.step, l.signature, e.device, c.id AS flop_class,
       CASE c.id WHEN 0 THEN fp64_flops WHEN 1 THEN fp32_flops WHEN 2 THEN fp16_flops WHEN 3 THEN fp8_flops
                 WHEN 4 THEN tensor_fp64_flops WHEN 5 THEN tensor_tf32_flops WHEN 6 THEN tensor_fp16_flops
                 WHEN 7 THEN tensor_bf16_flops WHEN 8 THEN tensor_fp8_flops WHEN 9 THEN tensor_fp4_flops
                 WHEN 10 THEN tensor_fp4_fp6_flops WHEN 11 THEN tensor_fp4_fp6_fp8_flops END AS flops
FROM executed_step e CROSS JOIN step_launches l ON l.process = e.process AND l.step = e.step
CROSS JOIN flop_class c
WHERE flops IS NOT NULL;

CREATE VIEW executed_signature_total AS
SELECT process, signature, count(*) AS classes, sum(flops IS NULL) AS unknown,
       coalesce(sum(flops / 1000000000), 0) AS e9, coalesce(sum(flops % 1000000000), 0) AS rest,
       sum(margin95_flops / 1000000000) AS margin_e9, sum(margin95_flops % 1000000000) AS margin_rest
FROM executed_signature GROUP BY process, signature;

-- By how much a counted step differs from the mean of its signature, in the classes that it counted.
CREATE VIEW executed_step_difference AS
SELECT o.process, o.step, count(*) AS counted,
       sum(x.process IS NOT NULL AND x.flops IS NULL) AS known_here,  -- and nowhere else
       sum((o.flops - coalesce(x.flops, 0)) / 1000000000) AS e9,
       sum((o.flops - coalesce(x.flops, 0)) % 1000000000) AS rest,
       sum(coalesce(x.margin95_flops, 0) / 1000000000) AS margin_e9,
       sum(coalesce(x.margin95_flops, 0) % 1000000000) AS margin_rest
FROM executed_own o
LEFT JOIN executed_signature x
  ON x.process = o.process AND x.signature = o.signature AND x.device = o.device AND x.flop_class = o.flop_class
GROUP BY o.process, o.step;

-- By process, signature, device and class: the steps and what they executed, and the work outside steps.
CREATE VIEW executed_work AS
WITH n AS (
  SELECT process, signature, count(*) AS steps FROM step_launches WHERE launches > 0 GROUP BY process, signature
), own AS (
  SELECT process, signature, device, flop_class, count(*) AS steps,
         sum(flops / 1000000000) AS e9, sum(flops % 1000000000) AS rest
  FROM executed_own GROUP BY process, signature, device, flop_class
), s AS (
  SELECT x.*, coalesce(own.steps, 0) AS counted_steps, coalesce(n.steps, 0) - coalesce(own.steps, 0) AS others,
         coalesce(own.e9, 0) AS own_e9, coalesce(own.rest, 0) AS own_rest, coalesce(intervals, 0) AS intervals
  FROM executed_signature x
  LEFT JOIN n ON n.process = x.process AND n.signature = x.signature
  LEFT JOIN own ON own.process = x.process AND own.signature = x.signature AND own.device = x.device
                   AND own.flop_class = x.flop_class
  LEFT JOIN outside_launches u ON u.process = x.process AND u.signature = x.signature
)
SELECT process, signature, device, flop_class, counted_steps,
       others * (flops IS NOT NULL) AS extrapolated_steps, others * (flops IS NULL) AS steps_without,
       own_e9 + others * (coalesce(flops, 0) / 1000000000) AS e9,
       own_rest + others * (coalesce(flops, 0) % 1000000000) AS rest,
       others * (margin95_flops / 1000000000) AS margin_e9, others * (margin95_flops % 1000000000) AS margin_rest,
       intervals * (flops IS NOT NULL) AS other_intervals, intervals * (flops IS NULL) AS other_intervals_without,
       intervals * (coalesce(flops, 0) / 1000000000) AS other_e9,
       intervals * (coalesce(flops, 0) % 1000000000) AS other_rest
FROM s;

CREATE VIEW never_counted AS
SELECT max(0, (SELECT count(*) FROM step JOIN process p ON p.id = step.process
               WHERE EXISTS (SELECT 1 FROM step_launches l WHERE l.process = p.id))
            - (SELECT count(*) FROM step_launches
               WHERE launches = 0 OR (process, signature) IN (SELECT process, signature FROM executed_signature)))
         AS steps,
       (SELECT coalesce(sum(intervals), 0) FROM outside_launches
        WHERE (process, signature) NOT IN (SELECT process, signature FROM executed_signature)) AS intervals;

-- Steps here are those of processes: more than steps of the run where ranks step together. One is counted if
-- it is on every device. The classes add up to the run where none of them leaves a step out.
CREATE VIEW executed_class_total AS
WITH signatures AS (
  SELECT flop_class, min(counted_steps) AS counted_steps, max(extrapolated_steps) AS extrapolated_steps,
         max(steps_without) AS steps_without, max(other_intervals) AS other_intervals,
         max(other_intervals_without) AS other_intervals_without,
         sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest,
         sum(margin_e9) + sum(margin_rest) / 1000000000 AS m_e9, sum(margin_rest) % 1000000000 AS m_rest,
         sum(other_e9) + sum(other_rest) / 1000000000 AS o_e9, sum(other_rest) % 1000000000 AS o_rest
  FROM executed_work GROUP BY process, signature, flop_class
), s AS (
  SELECT flop_class, sum(counted_steps) AS counted_steps, sum(extrapolated_steps) AS extrapolated_steps,
         sum(steps_without) AS steps_without, sum(other_intervals) AS other_intervals,
         sum(other_intervals_without) AS other_intervals_without,
         sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest,
         sum(m_e9) + sum(m_rest) / 1000000000 AS m_e9, sum(m_rest) % 1000000000 AS m_rest,
         sum(o_e9) + sum(o_rest) / 1000000000 AS o_e9, sum(o_rest) % 1000000000 AS o_rest
  FROM signatures GROUP BY flop_class
)
SELECT c.name AS class,
       CASE WHEN counted_steps + extrapolated_steps = 0 THEN NULL
            WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS executed_flops,
       CASE WHEN extrapolated_steps > 0 THEN 'extrapolated' WHEN counted_steps > 0 THEN 'counted'
            ELSE 'none' END AS source,
       counted_steps, extrapolated_steps,
       steps_without + never_counted.steps AS steps_without,  -- left out of executed_flops
       CASE WHEN m_e9 < 9223372036 THEN m_e9 * 1000000000 + m_rest
            ELSE printf('%d%09d', m_e9, m_rest) END AS margin95_flops,  -- to either side
       CASE WHEN other_intervals = 0 THEN NULL
            WHEN o_e9 < 9223372036 THEN o_e9 * 1000000000 + o_rest ELSE printf('%d%09d', o_e9, o_rest) END
         AS other_flops,  -- outside steps
       other_intervals_without + never_counted.intervals AS other_intervals_without
FROM s JOIN flop_class c ON c.id = s.flop_class CROSS JOIN never_counted;

-- By device, over the signatures of which it has each class. The devices add up to the run where no step is
-- left out.
CREATE VIEW executed_device_total AS
WITH signatures AS (
  SELECT process, signature, device, sum(e9) AS e9, sum(rest) AS rest, min(counted_steps) AS counted_steps,
         max(extrapolated_steps) AS extrapolated_steps, max(steps_without) > 0 AS incomplete
  FROM executed_work GROUP BY process, signature, device
), s AS (
  SELECT process, device, sum(e9 * NOT incomplete) AS e9, sum(rest * NOT incomplete) AS rest,
         sum(counted_steps * NOT incomplete) AS counted_steps,
         sum(extrapolated_steps * NOT incomplete) AS extrapolated_steps
  FROM signatures GROUP BY process, device
), devices AS (
  SELECT p.host, coalesce(nullif(d.uuid, ''), p.id || '/' || s.device) AS identity,
         sum(e9) + sum(rest) / 1000000000 AS e9,
         sum(rest) % 1000000000 AS rest, sum(counted_steps) AS counted_steps,
         sum(extrapolated_steps) AS extrapolated_steps
  FROM s JOIN process p ON p.id = s.process
  LEFT JOIN gpu_device d ON d.process = s.process AND d.device = s.device
  GROUP BY 1, 2
)
SELECT host, identity,
       CASE WHEN counted_steps + extrapolated_steps = 0 THEN NULL
            WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS executed_flops,
       CASE WHEN extrapolated_steps > 0 THEN 'extrapolated' WHEN counted_steps > 0 THEN 'counted'
            ELSE 'none' END AS source
FROM devices;

-- The steps whose executed FLOPs are known, those left out of them, and work outside steps. `compared`: the
-- steps of which model FLOPs are known too.
CREATE VIEW executed_total AS
WITH s AS (
  SELECT sum(executed_e9) AS e9, sum(executed_rest) AS rest, count(executed_e9) AS known, count(*) AS steps,
         count(*) - count(gpu_ns) AS without_gpu, sum(gpu_extrapolated) AS gpu_extrapolated,
         sum(executed_source = 'counted') AS counted_steps, sum(margin_e9) AS m_e9, sum(margin_rest) AS m_rest,
         sum(wall_ns * (executed_e9 IS NOT NULL)) AS known_wall_ns, sum(wall_ns) AS wall_ns,
         sum(wall_ns * (model_e9 IS NOT NULL)) AS model_wall_ns,
         sum(executed_e9 IS NOT NULL AND model_e9 IS NOT NULL) AS compared_steps,
         sum(executed_e9 * (model_e9 IS NOT NULL)) AS ce_e9, sum(executed_rest * (model_e9 IS NOT NULL)) AS ce_rest,
         sum(model_e9 * (executed_e9 IS NOT NULL)) AS cm_e9, sum(model_rest * (executed_e9 IS NOT NULL)) AS cm_rest
  FROM world_step
), sums AS (
  SELECT known, steps, without_gpu, gpu_extrapolated, coalesce(counted_steps, 0) AS counted_steps, wall_ns, known_wall_ns, model_wall_ns, compared_steps,
         coalesce(e9 + rest / 1000000000, 0) AS e9, coalesce(rest % 1000000000, 0) AS rest,
         coalesce(m_e9 + m_rest / 1000000000, 0) AS m_e9, coalesce(m_rest % 1000000000, 0) AS m_rest,
         coalesce(ce_e9 + ce_rest / 1000000000, 0) AS ce_e9, coalesce(ce_rest % 1000000000, 0) AS ce_rest,
         coalesce(cm_e9 + cm_rest / 1000000000, 0) AS cm_e9, coalesce(cm_rest % 1000000000, 0) AS cm_rest
  FROM s
), outside AS (
  SELECT coalesce(sum(intervals * (x.unknown = 0)), 0) AS known,
         coalesce(sum(intervals * (coalesce(x.unknown, 1) > 0)), 0) AS without,
         coalesce(sum(intervals * x.e9 * (x.unknown = 0)), 0) AS e9,
         coalesce(sum(intervals * x.rest * (x.unknown = 0)), 0) AS rest
  FROM outside_launches u
  LEFT JOIN executed_signature_total x ON x.process = u.process AND x.signature = u.signature
), ends AS (
  SELECT *, e9 + m_e9 + (rest + m_rest) / 1000000000 AS hi_e9, (rest + m_rest) % 1000000000 AS hi_rest,
         e9 - m_e9 - (rest < m_rest) AS lo_e9, rest - m_rest + (rest < m_rest) * 1000000000 AS lo_rest
  FROM sums
)
SELECT CASE WHEN ends.known = 0 THEN NULL WHEN ends.e9 < 9223372036 THEN ends.e9 * 1000000000 + ends.rest
            ELSE printf('%d%09d', ends.e9, ends.rest) END AS executed_flops,
       CASE WHEN ends.known = 0 THEN 'none' WHEN counted_steps < ends.known THEN 'extrapolated'
            ELSE 'counted' END AS executed_source,
       steps - ends.known AS steps_without_executed_flops, counted_steps,
       ends.known - counted_steps AS extrapolated_steps,
       m_e9 + m_rest > 0 AS is_interval,  -- data-dependent work: executed_flops is no count
       CASE WHEN lo_e9 < 0 THEN 0 WHEN lo_e9 < 9223372036 THEN lo_e9 * 1000000000 + lo_rest
            ELSE printf('%d%09d', lo_e9, lo_rest) END AS executed_flops_min,
       CASE WHEN hi_e9 < 9223372036 THEN hi_e9 * 1000000000 + hi_rest
            ELSE printf('%d%09d', hi_e9, hi_rest) END AS executed_flops_max,
       coalesce(wall_ns, 0) AS wall_ns, coalesce(known_wall_ns, 0) AS executed_wall_ns,
       coalesce(model_wall_ns, 0) AS model_wall_ns, coalesce(compared_steps, 0) AS compared_steps,
       CASE WHEN ce_e9 < 9223372036 THEN ce_e9 * 1000000000 + ce_rest
            ELSE printf('%d%09d', ce_e9, ce_rest) END AS compared_executed_flops,
       CASE WHEN cm_e9 < 9223372036 THEN cm_e9 * 1000000000 + cm_rest
            ELSE printf('%d%09d', cm_e9, cm_rest) END AS compared_model_flops,
       CASE WHEN outside.known = 0 THEN NULL
            WHEN outside.e9 + outside.rest / 1000000000 < 9223372036 THEN outside.e9 * 1000000000 + outside.rest
            ELSE printf('%d%09d', outside.e9 + outside.rest / 1000000000, outside.rest % 1000000000) END
         AS other_executed_flops,
       outside.known AS other_intervals, outside.without AS other_intervals_without,
       without_gpu AS steps_without_gpu_time, coalesce(gpu_extrapolated, 0) AS steps_with_extrapolated_gpu_time
FROM ends CROSS JOIN outside;
