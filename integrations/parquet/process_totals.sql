-- By process, what totals.sql, gpu_totals.sql and executed_totals.sql sum over the run: the rows of a run add
-- up to its report. Temporary, so that runs from before these views have them too.

-- A world's step is in the sum where all its processes know what they executed, as in executed_total.
CREATE TEMP VIEW process_executed_total AS
WITH s AS (
  SELECT process, executed_e9, executed_rest, executed_source,
         count(*) OVER w = count(executed_e9) OVER w AS known
  FROM process_step WINDOW w AS (PARTITION BY world, step)
), t AS (
  SELECT process, sum(executed_e9) + sum(executed_rest) / 1000000000 AS e9,
         sum(executed_rest) % 1000000000 AS rest, sum(executed_source <> 'counted') AS others
  FROM s WHERE known GROUP BY process
)
SELECT process, CASE WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END
         AS executed_flops,
       CASE WHEN others > 0 THEN 'extrapolated' ELSE 'counted' END AS executed_source
FROM t;

-- As device_total has it by device.
CREATE TEMP VIEW process_gpu_total AS
WITH unusable AS (
  SELECT DISTINCT process, step FROM gpu_step WHERE busy_ns IS NULL
), others AS (
  SELECT process, signature, count(*) AS steps FROM step_launches WHERE look <> 1 AND launches > 0
  GROUP BY process, signature
), parts AS (
  SELECT process, kernels, kernel_ns, busy_ns FROM gpu_step
  WHERE device >= 0 AND step >= 0 AND (process, step) NOT IN unusable
  UNION ALL
  SELECT o.process, steps * kernels, steps * kernel_ns, steps * busy_ns
  FROM others o JOIN gpu_signature g ON g.process = o.process AND g.signature = o.signature WHERE device >= 0
)
SELECT process, sum(kernels) AS kernels, sum(kernel_ns) AS kernel_ns, sum(busy_ns) AS gpu_ns
FROM parts GROUP BY process;

-- A device that several processes of a world use is the first one's. allocated_ns: as in gpu_total.
CREATE TEMP VIEW process_devices AS
WITH used AS (
  SELECT DISTINCT process, device FROM gpu_step WHERE device >= 0
  UNION SELECT DISTINCT process, device FROM executed_signature
), owned AS (
  SELECT min(q.id) AS process, max(d.name) AS name
  FROM process q JOIN used g ON g.process = q.id
  LEFT JOIN gpu_device d ON d.process = g.process AND d.device = g.device
  GROUP BY coalesce(q.world, q.id), q.host || ' ' || coalesce(nullif(d.uuid, ''), q.id || '/' || g.device)
), worlds AS (
  SELECT coalesce(world, process) AS world, max(step_wall_ns) AS step_wall_ns FROM process_total
  GROUP BY coalesce(world, process)
)
SELECT o.process, count(*) AS devices, max(o.name) AS device_name, count(*) * w.step_wall_ns AS allocated_ns
FROM owned o JOIN process p ON p.id = o.process JOIN worlds w ON w.world = coalesce(p.world, p.id)
GROUP BY o.process;
