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
