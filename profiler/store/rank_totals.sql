-- The sums by rank, on top of step_totals.sql. A rank is a place in a world, shared by the processes that it
-- forked; a process of no world has a place of its own.
CREATE VIEW rank_process AS
SELECT id AS process,
       min(id) OVER (PARTITION BY coalesce(world, 'process ' || id)) AS world_id,
       min(id) OVER (PARTITION BY coalesce(world, 'process ' || id), CASE WHEN world IS NOT NULL THEN rank END) AS place
FROM process;

-- behind_fastest_ns: by how much the rank's steps took longer than the same steps of their fastest rank.
CREATE VIEW rank_step_total AS
WITH s AS (
  SELECT r.place, wall_ns, wall_ns - min(wall_ns) OVER (PARTITION BY r.world_id, step) AS behind_ns
  FROM step JOIN rank_process r ON r.process = step.process
), n AS (
  SELECT *, row_number() OVER (PARTITION BY place ORDER BY wall_ns) AS nth, count(*) OVER (PARTITION BY place) AS steps
  FROM s
)
SELECT place, count(*) AS steps, sum(wall_ns) AS wall_ns, min(wall_ns) AS min_step_ns,
       max(wall_ns * (nth = (steps + 1) / 2)) AS median_step_ns, max(wall_ns) AS max_step_ns,
       sum(behind_ns) AS behind_fastest_ns
FROM n GROUP BY place;

-- Steps whose executed FLOPs or GPU time are not known are left out of the sum, and counted beside it.
CREATE VIEW rank_gpu_total AS
SELECT r.place, sum(gpu_ns) AS gpu_ns, count(*) - count(gpu_ns) AS steps_without_gpu_time,
       sum(executed_e9) + sum(executed_rest) / 1000000000 AS e9, sum(executed_rest) % 1000000000 AS rest,
       count(*) - count(executed_e9) AS steps_without_executed_flops,
       max(executed_source = 'extrapolated') AS extrapolated
FROM process_step s JOIN rank_process r ON r.process = s.process
WHERE EXISTS (SELECT 1 FROM step_launches) OR EXISTS (SELECT 1 FROM gpu_step) GROUP BY r.place;

-- pid, host and how it ended are those of the process that made the rank's steps.
CREATE VIEW rank_total AS
WITH w AS (
  SELECT r.place, sum(e9 * training) + sum(rest * training) / 1000000000 AS e9,
         sum(rest * training) % 1000000000 AS rest, sum(uncounted_calls * training) AS uncounted_calls,
         sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
  FROM work_total JOIN rank_process r ON r.process = work_total.process GROUP BY r.place
), p AS (
  SELECT p.*, r.place, coalesce(n.steps, 0) AS own_steps, coalesce(n.observed, 0) AS observed,
         row_number() OVER (PARTITION BY r.place ORDER BY n.steps DESC, id) AS nth
  FROM process p JOIN rank_process r ON r.process = p.id
  LEFT JOIN (SELECT process, count(*) AS steps, count(model_flops) AS observed FROM step GROUP BY process) n
    ON n.process = p.id
), sums AS (
  SELECT place, count(*) AS processes, sum(observed) AS observed_steps, max(libtorch IS NOT NULL) AS counted,
         sum(overhead_ns) AS overhead_ns,
         (SELECT count(*) FROM fault WHERE fault.process IN (SELECT process FROM rank_process r WHERE r.place = p.place))
           AS faults
  FROM p GROUP BY place
)
SELECT p.id AS process, p.world, p.rank, p.local_rank, p.world_size, p.host, p.pid, p.start_ticks,
       p.last_written_at_ns, p.ended_at_ns, p.step_source, sums.processes,
       coalesce(t.steps, 0) AS steps, sums.observed_steps,
       coalesce(CASE WHEN w.e9 < 9223372036 THEN w.e9 * 1000000000 + w.rest
                ELSE printf('%d%09d', w.e9, w.rest) END, 0) AS model_flops,
       CASE WHEN w.extrapolated THEN 'extrapolated' WHEN sums.counted THEN 'modelled' ELSE 'none' END AS source,
       coalesce(w.uncounted_calls, 0) AS uncounted_calls,
       CASE WHEN g.e9 < 9223372036 THEN g.e9 * 1000000000 + g.rest
            WHEN g.e9 IS NOT NULL THEN printf('%d%09d', g.e9, g.rest) END AS executed_flops,
       CASE WHEN g.e9 IS NULL THEN 'none' WHEN g.extrapolated THEN 'extrapolated' ELSE 'counted' END AS executed_source,
       coalesce(g.steps_without_executed_flops, 0) AS steps_without_executed_flops,
       g.gpu_ns, coalesce(g.steps_without_gpu_time, 0) AS steps_without_gpu_time,
       coalesce(t.wall_ns, 0) AS step_wall_ns, t.min_step_ns, t.median_step_ns, t.max_step_ns,
       coalesce(t.behind_fastest_ns, 0) AS behind_fastest_ns,
       coalesce(w.cpu_ns, 0) AS cpu_ns, sums.overhead_ns, sums.faults
FROM p JOIN sums ON sums.place = p.place AND p.nth = 1
LEFT JOIN w ON w.place = p.place
LEFT JOIN rank_step_total t ON t.place = p.place
LEFT JOIN rank_gpu_total g ON g.place = p.place;
