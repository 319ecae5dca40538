-- The sums by step, on top of totals.sql.

-- An extrapolated step has the mean of the observed steps of its class, never another class's.
-- GPU time is the sum over the devices of the process, and NULL where it is not known for each: a traced
-- step has its own, another one the mean of the traced steps of its signature (gpu_totals.sql). What the GPUs
-- executed: executed_totals.sql.
CREATE VIEW process_step AS
SELECT coalesce(p.world, 'process ' || p.id) AS world, s.process, p.rank, s.step,
       p.started_at_ns + s.began_after_ns AS began_at_ns, s.wall_ns,
       CASE WHEN s.model_flops IS NOT NULL THEN s.model_flops
            ELSE c.mean END AS model_flops,
       CASE WHEN s.model_flops IS NOT NULL THEN 'modelled'
            WHEN c.observed_steps > 0 THEN 'extrapolated' ELSE 'none' END AS source,
       CASE WHEN s.model_flops IS NULL THEN c.model_flops_min ELSE s.model_flops END AS model_flops_min,
       CASE WHEN s.model_flops IS NULL THEN c.model_flops_max ELSE s.model_flops END AS model_flops_max,
       CASE WHEN coalesce(l.look, 1) = 1 THEN
              (SELECT CASE WHEN count(*) = count(busy_ns) THEN sum(busy_ns) END
               FROM gpu_step g WHERE g.process = s.process AND g.step = s.step)
            WHEN l.launches = 0 THEN 0 ELSE t.busy_ns END AS gpu_ns,
       coalesce(l.look, 1) <> 1 AND l.launches > 0 AND t.busy_ns IS NOT NULL AS gpu_extrapolated,
       CASE WHEN l.launches = 0 THEN 0 WHEN x.unknown = coalesce(d.known_here, 0)
            THEN x.e9 + coalesce(d.e9, 0) + (x.rest + coalesce(d.rest, 0) + 1000000000000) / 1000000000 - 1000
            END AS executed_e9,
       CASE WHEN l.launches = 0 THEN 0 WHEN x.unknown = coalesce(d.known_here, 0)
            THEN (x.rest + coalesce(d.rest, 0) + 1000000000000) % 1000000000 END AS executed_rest,
       CASE WHEN l.launches = 0 THEN 'counted' WHEN x.unknown IS NULL OR x.unknown > coalesce(d.known_here, 0)
            THEN 'none' WHEN d.counted >= x.classes THEN 'counted' ELSE 'extrapolated' END AS executed_source,
       coalesce(x.margin_e9 - coalesce(d.margin_e9, 0), 0) * (l.launches > 0) AS margin_e9,
       coalesce(x.margin_rest - coalesce(d.margin_rest, 0), 0) * (l.launches > 0) AS margin_rest
FROM step s
JOIN process p ON p.id = s.process
JOIN (SELECT process, step_class, count(model_flops) AS observed_steps,
             min(model_flops) AS model_flops_min, max(model_flops) AS model_flops_max,
             sum(model_flops / 1000000000) / count(model_flops) * 1000000000
             + (sum(model_flops / 1000000000) % count(model_flops) * 1000000000
                + sum(model_flops % 1000000000)) / count(model_flops) AS mean
      FROM step GROUP BY process, step_class) c
  ON c.process = s.process AND c.step_class = s.step_class
LEFT JOIN step_launches l ON l.process = s.process AND l.step = s.step
LEFT JOIN gpu_signature_total t ON t.process = l.process AND t.signature = l.signature
LEFT JOIN executed_signature_total x ON x.process = l.process AND x.signature = l.signature
LEFT JOIN executed_step_difference d ON d.process = l.process AND d.step = l.step;

-- A step of a world of ranks is one step: FLOPs are summed over the ranks, the slowest gives its time.
CREATE VIEW world_step AS
WITH alone AS (  -- worlds of one process, which need no sorting: their steps are what the process wrote
  SELECT max(id) AS process FROM process GROUP BY coalesce(world, 'process ' || id) HAVING count(*) = 1
)
SELECT world, step, 1 AS ranks, began_at_ns, wall_ns, model_flops / 1000000000 AS model_e9,
       model_flops % 1000000000 AS model_rest, source, gpu_ns, gpu_extrapolated, executed_e9, executed_rest,
       executed_source, margin_e9, margin_rest
FROM process_step WHERE process IN (SELECT process FROM alone)
UNION ALL
SELECT world, step, count(*) AS ranks, min(began_at_ns) AS began_at_ns, max(wall_ns) AS wall_ns,
       CASE WHEN count(*) = count(model_flops)
            THEN sum(model_flops / 1000000000) + sum(model_flops % 1000000000) / 1000000000 END AS model_e9,
       CASE WHEN count(*) = count(model_flops) THEN sum(model_flops % 1000000000) % 1000000000 END AS model_rest,
       CASE WHEN sum(source = 'none') THEN 'none' WHEN sum(source = 'extrapolated') THEN 'extrapolated'
            ELSE 'modelled' END AS source,
       CASE WHEN count(*) = count(gpu_ns) THEN sum(gpu_ns) END AS gpu_ns,
       count(*) = count(gpu_ns) AND max(gpu_extrapolated) AS gpu_extrapolated,
       CASE WHEN count(*) = count(executed_e9)
            THEN sum(executed_e9) + sum(executed_rest) / 1000000000 END AS executed_e9,
       CASE WHEN count(*) = count(executed_e9) THEN sum(executed_rest) % 1000000000 END AS executed_rest,
       CASE WHEN sum(executed_source = 'none') THEN 'none' WHEN sum(executed_source = 'extrapolated')
            THEN 'extrapolated' ELSE 'counted' END AS executed_source,
       sum(margin_e9) AS margin_e9, sum(margin_rest) AS margin_rest
FROM process_step WHERE process NOT IN (SELECT process FROM alone) GROUP BY world, step;

CREATE VIEW step_total AS
SELECT world, step, ranks, began_at_ns, wall_ns,
       CASE WHEN model_e9 < 9223372036 THEN model_e9 * 1000000000 + model_rest
            WHEN model_e9 IS NOT NULL THEN printf('%d%09d', model_e9, model_rest) END AS model_flops,
       source, gpu_ns,
       CASE WHEN gpu_ns IS NULL THEN 'none' WHEN gpu_extrapolated THEN 'extrapolated'
            ELSE 'measured' END AS gpu_source,
       CASE WHEN executed_e9 < 9223372036 THEN executed_e9 * 1000000000 + executed_rest
            WHEN executed_e9 IS NOT NULL THEN printf('%d%09d', executed_e9, executed_rest) END AS executed_flops,
       executed_source,
       -- to either side of executed_flops, with 95 % confidence: 0 unless the work is data-dependent
       CASE WHEN executed_e9 IS NULL THEN NULL WHEN margin_e9 + margin_rest / 1000000000 < 9223372036
            THEN margin_e9 * 1000000000 + margin_rest
            ELSE printf('%d%09d', margin_e9 + margin_rest / 1000000000, margin_rest % 1000000000) END
         AS executed_margin95_flops
FROM world_step;

-- The median of an even number of steps is the lower middle one: a value that occurred. extrapolated: of the
-- steps, how many have the value from others of their signature.
CREATE VIEW per_step_total AS
WITH t AS MATERIALIZED (
  SELECT wall_ns, gpu_ns, gpu_extrapolated, model_e9, model_rest, source = 'extrapolated' AS extrapolated,
         executed_e9, executed_rest, executed_source = 'extrapolated' AS executed_extrapolated FROM world_step
), n AS (
  SELECT count(*) AS steps, count(model_e9) AS known, count(executed_e9) AS executed, count(gpu_ns) AS gpu,
         min(wall_ns) AS least, max(wall_ns) AS most, min(gpu_ns) AS gpu_least, max(gpu_ns) AS gpu_most,
         sum(extrapolated) AS others, sum(executed_extrapolated) AS executed_others,
         sum(gpu_extrapolated) AS gpu_others FROM t
), f AS MATERIALIZED (
  SELECT CASE WHEN model_e9 < 9223372036 THEN model_e9 * 1000000000 + model_rest
              ELSE printf('%d%09d', model_e9, model_rest) END AS flops
  FROM t WHERE model_e9 IS NOT NULL ORDER BY model_e9, model_rest
), e AS MATERIALIZED (
  SELECT CASE WHEN executed_e9 < 9223372036 THEN executed_e9 * 1000000000 + executed_rest
              ELSE printf('%d%09d', executed_e9, executed_rest) END AS flops
  FROM t WHERE executed_e9 IS NOT NULL ORDER BY executed_e9, executed_rest
)
SELECT 'model_flops' AS quantity, known AS steps, (SELECT flops FROM f LIMIT 1) AS min,
       (SELECT flops FROM f LIMIT 1 OFFSET (SELECT (known - 1) / 2 FROM n)) AS median,
       (SELECT flops FROM f LIMIT 1 OFFSET (SELECT known - 1 FROM n)) AS max, others AS extrapolated
FROM n WHERE known > 0
UNION ALL
SELECT 'executed_flops', executed, (SELECT flops FROM e LIMIT 1),
       (SELECT flops FROM e LIMIT 1 OFFSET (SELECT (executed - 1) / 2 FROM n)),
       (SELECT flops FROM e LIMIT 1 OFFSET (SELECT executed - 1 FROM n)), executed_others
FROM n WHERE executed > 0
UNION ALL
SELECT 'wall_ns', steps, least, (SELECT wall_ns FROM t ORDER BY wall_ns LIMIT 1 OFFSET (SELECT (steps - 1) / 2 FROM n)),
       most, 0
FROM n WHERE steps > 0
UNION ALL
SELECT 'gpu_ns', gpu, gpu_least, (SELECT gpu_ns FROM t WHERE gpu_ns IS NOT NULL ORDER BY gpu_ns
                                  LIMIT 1 OFFSET (SELECT (gpu - 1) / 2 FROM n)), gpu_most, gpu_others
FROM n WHERE gpu > 0;

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
