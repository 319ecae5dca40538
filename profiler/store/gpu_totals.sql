-- The sums of GPU time, on top of step_totals.sql.

-- Steps with graphs that were traced as a whole: what their kernels and copies took, other steps know.
CREATE VIEW whole_graph_step AS
SELECT process, step, sum(graphs) AS graphs, sum(graph_ns) AS graph_ns FROM gpu_step
WHERE graphs > 0 AND step >= 0 GROUP BY process, step;

-- What a step of a signature does on a device: the mean, rounded down, over its traced steps of which all
-- records came; of kernels and copies over those without whole graphs, NULL where there are none. No rows where
-- every step is traced kernel by kernel: each has its own.
CREATE VIEW gpu_signature AS
WITH usable AS (
  SELECT l.signature, g.*, (g.process, g.step) NOT IN (SELECT process, step FROM whole_graph_step) AS has_kernels
  FROM gpu_step g CROSS JOIN step_launches l ON l.process = g.process AND l.step = g.step
  WHERE l.look = 1 AND EXISTS (SELECT 1 FROM step_launches WHERE look <> 1 UNION ALL SELECT 1 FROM whole_graph_step)
    AND (g.process, g.step) NOT IN (SELECT process, step FROM gpu_step WHERE busy_ns IS NULL)
), n AS (
  SELECT process, signature, count(DISTINCT step) AS steps,
         nullif(count(DISTINCT CASE WHEN has_kernels THEN step END), 0) AS kernel_steps
  FROM usable GROUP BY process, signature
)
SELECT u.process, u.signature, u.device, n.steps AS traced_steps, sum(busy_ns) / n.steps AS busy_ns,
       sum(kernels * has_kernels) / n.kernel_steps AS kernels,
       sum(kernel_ns * has_kernels) / n.kernel_steps AS kernel_ns,
       sum(copies * has_kernels) / n.kernel_steps AS copies, sum(copy_ns * has_kernels) / n.kernel_steps AS copy_ns,
       sum(copied_bytes * has_kernels) / n.kernel_steps AS copied_bytes
FROM usable u JOIN n ON n.process = u.process AND n.signature = u.signature
GROUP BY u.process, u.signature, u.device;

CREATE VIEW gpu_signature_total AS
SELECT process, signature, sum(busy_ns) AS busy_ns, max(kernel_ns IS NULL) AS has_no_kernels
FROM gpu_signature GROUP BY process, signature;

-- By process and signature, the steps that take their GPU time from others like them, and those that take what
-- their kernels did.
CREATE VIEW unlike_traced AS
SELECT process, signature, sum(look <> 1) AS steps, count(*) AS kernel_steps
FROM step_launches
WHERE launches > 0 AND (look <> 1 OR (process, step) IN (SELECT process, step FROM whole_graph_step))
GROUP BY process, signature;

-- Kernels and copies of steps that were traced kernel by kernel, the same of other steps by their signature's mean, and what was
-- launched outside steps beside them. The same device seen by several processes is one.
CREATE VIEW device_total AS
WITH unusable AS (
  SELECT DISTINCT process, step FROM gpu_step WHERE busy_ns IS NULL
), own AS (
  SELECT *, step >= 0 AND (process, step) NOT IN (SELECT process, step FROM whole_graph_step) AS has_kernels
  FROM gpu_step WHERE device >= 0 AND (process, step) NOT IN unusable
), parts AS (
  SELECT process, device, kernels * has_kernels AS kernels, kernel_ns * has_kernels AS kernel_ns,
         busy_ns * (step >= 0) AS busy_ns, 0 AS extrapolated_ns, copies * has_kernels AS copies,
         copy_ns * has_kernels AS copy_ns, copied_bytes * has_kernels AS copied_bytes,
         kernels * (step < 0) AS other_kernels, kernel_ns * (step < 0) AS other_kernel_ns,
         busy_ns * (step < 0) AS other_busy_ns, kernel_ns * has_kernels AS traced_kernel_ns
  FROM own
  UNION ALL
  SELECT o.process, device, coalesce(kernel_steps * kernels, 0), coalesce(kernel_steps * kernel_ns, 0),
         steps * busy_ns, steps * busy_ns, coalesce(kernel_steps * copies, 0), coalesce(kernel_steps * copy_ns, 0),
         coalesce(kernel_steps * copied_bytes, 0), 0, 0, 0, 0
  FROM unlike_traced o JOIN gpu_signature g ON g.process = o.process AND g.signature = o.signature WHERE device >= 0
  UNION ALL
  SELECT DISTINCT process, device, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM executed_signature
), s AS (
  SELECT process, device, sum(kernels) AS kernels, sum(kernel_ns) AS kernel_ns, sum(busy_ns) AS busy_ns,
         sum(extrapolated_ns) AS extrapolated_ns, sum(copies) AS copies, sum(copy_ns) AS copy_ns,
         sum(copied_bytes) AS copied_bytes, sum(other_kernels) AS other_kernels,
         sum(other_kernel_ns) AS other_kernel_ns, sum(other_busy_ns) AS other_busy_ns,
         sum(traced_kernel_ns) AS traced_kernel_ns
  FROM parts GROUP BY process, device
)
SELECT p.host, s.device, coalesce(d.name, '') AS name, coalesce(d.uuid, '') AS uuid,
       coalesce(nullif(d.uuid, ''), p.id || '/' || s.device) AS identity,
       sum(kernels) AS kernels, sum(kernel_ns) AS kernel_ns, sum(busy_ns) AS gpu_ns,
       sum(extrapolated_ns) AS extrapolated_gpu_ns,  -- of gpu_ns
       sum(copies) AS copies, sum(copy_ns) AS copy_ns, sum(copied_bytes) AS copied_bytes,
       sum(other_kernels) AS other_kernels, sum(other_kernel_ns) AS other_kernel_ns,
       sum(other_busy_ns) AS other_gpu_ns, sum(traced_kernel_ns) AS traced_kernel_ns
FROM s JOIN process p ON p.id = s.process
LEFT JOIN gpu_device d ON d.process = s.process AND d.device = s.device
GROUP BY p.host, identity;

-- In traced steps of which all records came and that have no whole graphs, and outside steps.
CREATE VIEW kernel_total AS
SELECT StringIds.value AS kernel, sum(launches * in_steps) AS launches, sum(kernel_ns * in_steps) AS kernel_ns,
       sum(launches * NOT in_steps) AS other_launches, sum(kernel_ns * NOT in_steps) AS other_kernel_ns
FROM kernel_work JOIN StringIds ON StringIds.id = kernel_work.kernel GROUP BY kernel;

-- The same by what launched it. Forward, backward and optimizer work outside steps is `other`, as in
-- totals.sql.
CREATE VIEW op_gpu_phase AS
SELECT op, CASE WHEN NOT in_steps AND phase IN ('forward', 'backward', 'optimizer') THEN 'other' ELSE phase
           END AS phase, launches, kernel_ns
FROM op_gpu_work;

CREATE VIEW phase_gpu_total AS
SELECT phase, sum(launches) AS launches, sum(kernel_ns) AS kernel_ns FROM op_gpu_phase GROUP BY phase;

-- Training work in the plain columns, the rest beside it, as in op_total.
CREATE VIEW op_gpu_total AS
WITH t AS (SELECT *, phase IN ('forward', 'backward', 'optimizer') AS training FROM op_gpu_phase)
SELECT StringIds.value AS op, sum(launches * training) AS launches, sum(kernel_ns * training) AS kernel_ns,
       sum(launches * NOT training) AS other_launches, sum(kernel_ns * NOT training) AS other_kernel_ns
FROM t JOIN StringIds ON StringIds.id = t.op GROUP BY t.op;

-- Training work. No row without a GPU. allocated_ns: the time of the steps, of each world's slowest rank,
-- times the devices that ran its kernels.
CREATE VIEW gpu_total AS
WITH used AS (
  SELECT DISTINCT process, device FROM gpu_step WHERE device >= 0
  UNION SELECT DISTINCT process, device FROM executed_signature
), worlds AS (
  SELECT max(t.step_wall_ns) AS step_wall_ns,
         (SELECT count(DISTINCT q.host || ' ' || coalesce(nullif(d.uuid, ''), q.id || '/' || g.device))
          FROM process q JOIN used g ON g.process = q.id
          LEFT JOIN gpu_device d ON d.process = g.process AND d.device = g.device
          WHERE coalesce(q.world, q.id) = coalesce(t.world, t.process)) AS devices
  FROM process_total t GROUP BY coalesce(t.world, t.process)
), devices AS (
  SELECT sum(gpu_ns) AS gpu_ns, sum(extrapolated_gpu_ns) AS extrapolated_gpu_ns, sum(kernel_ns) AS kernel_ns,
         sum(kernels) AS kernels, sum(copies) AS copies, sum(copy_ns) AS copy_ns,
         sum(copied_bytes) AS copied_bytes, sum(traced_kernel_ns) AS traced_kernel_ns FROM device_total
)
SELECT coalesce(gpu_ns, 0) AS gpu_ns, coalesce(extrapolated_gpu_ns, 0) AS extrapolated_gpu_ns,
       coalesce(kernel_ns, 0) AS kernel_ns, coalesce(kernels, 0) AS kernels,
       coalesce(traced_kernel_ns, 0) AS traced_kernel_ns,  -- of kernel_ns
       coalesce(copies, 0) AS copies, coalesce(copy_ns, 0) AS copy_ns, coalesce(copied_bytes, 0) AS copied_bytes,
       (SELECT coalesce(sum(step_wall_ns * devices), 0) FROM worlds) AS allocated_ns,
       -- Their GPU time holds the time between the nodes of graphs; their kernels are those of steps like them.
       (SELECT count(*) FROM whole_graph_step) AS steps_with_whole_graphs,
       (SELECT coalesce(sum(kernel_steps), 0) FROM unlike_traced u
        JOIN gpu_signature_total t ON t.process = u.process AND t.signature = u.signature
        WHERE has_no_kernels) AS steps_without_kernels,  -- left out of kernels and copies
       (SELECT coalesce(sum(graphs), 0) FROM gpu_step WHERE step < 0) AS other_whole_graphs,
       executed_total.*  -- and the steps that are left out of the sums above
FROM devices CROSS JOIN executed_total
WHERE EXISTS (SELECT 1 FROM gpu_step) OR EXISTS (SELECT 1 FROM step_launches);

-- One row a device: it tells every process that watches it the same, so that the longest watch is taken.
-- steps_ns: the part of it in which that process was in a step.
CREATE VIEW gpu_activity_total AS
WITH watches AS (
  SELECT p.host, p.started_at_ns, d.name, d.uuid, a.*,
         coalesce(nullif(d.uuid, ''), p.id || '/' || a.device) AS identity, max(a.watched_ns) AS longest_ns
  FROM gpu_activity a JOIN process p ON p.id = a.process
  LEFT JOIN gpu_device d ON d.process = a.process AND d.device = a.device
  GROUP BY p.host, identity
)
SELECT host, device, coalesce(name, '') AS name, coalesce(uuid, '') AS uuid, watched_ns,
       (SELECT coalesce(sum(max(0, min(s.began_after_ns + s.wall_ns, w.ended_after_ns)
                                   - max(s.began_after_ns, w.began_after_ns))), 0)
        FROM step s WHERE s.process = w.process) AS steps_ns,
       sm_ns, tensor_ns, tensor_integer_ns, tensor_fp64_ns, fp64_ns, fp32_ns, fp16_ns, tensor_cycles,
       tensor_fp64_cycles
FROM watches w;

-- As an nsys export names it, the devices as each process numbers them.
CREATE VIEW TARGET_INFO_GPU AS
SELECT d.device AS id, d.name, d.uuid, d.device AS cuDevice, p.pid FROM gpu_device d JOIN process p ON p.id = d.process;
