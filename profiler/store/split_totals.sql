-- What phases, operators and kernels executed in steps, on top of executed_totals.sql: over the steps whose
-- signatures are told apart in each class. FLOPs are carried as in totals.sql. NULL: not told apart.

CREATE VIEW split_signature AS
WITH classes AS (
  SELECT process, signature, count(*) AS classes FROM executed_signature GROUP BY process, signature
), told AS (
  SELECT process, signature, count(*) AS classes FROM executed_split GROUP BY process, signature
), n AS (
  SELECT process, signature, count(*) AS steps FROM step_launches WHERE launches > 0 GROUP BY process, signature
)
SELECT process, signature, n.steps
FROM classes JOIN told USING (process, signature) JOIN n USING (process, signature)
WHERE told.classes = classes.classes;

CREATE VIEW split_part AS
SELECT p.*, s.steps, s.steps * (flops / 1000000000) AS e9, s.steps * (flops % 1000000000) AS rest
FROM executed_part p JOIN split_signature s USING (process, signature);

CREATE VIEW kernel_executed_total AS
WITH s AS (
  SELECT kernel, sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest,
         sum(untold_kernel) AS untold, max(solved) AS solved
  FROM split_part WHERE kernel <> 0 GROUP BY kernel
)
SELECT StringIds.value AS kernel,
       CASE WHEN untold > 0 THEN NULL
            WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS executed_flops,
       CASE WHEN untold > 0 THEN 'none' ELSE 'extrapolated' END AS executed_source, solved
FROM s JOIN StringIds ON StringIds.id = s.kernel;

-- Training work in the plain columns, as in op_total. Of processes whose operators were observed.
CREATE VIEW op_executed_total AS
WITH p AS (
  SELECT split_part.*, phase IN ('forward', 'backward', 'optimizer') AS training FROM split_part
  JOIN process ON process.id = split_part.process WHERE libtorch IS NOT NULL
), s AS (
  SELECT op, sum(e9 * training) + sum(rest * training) / 1000000000 AS e9,
         sum(rest * training) % 1000000000 AS rest,
         sum(e9 * NOT training) + sum(rest * NOT training) / 1000000000 AS o_e9,
         sum(rest * NOT training) % 1000000000 AS o_rest,
         sum(untold_op * training) + sum(phase = '') AS untold,
         sum(untold_op * NOT training) + sum(phase = '') AS o_untold, max(solved) AS solved
  FROM p WHERE op <> 0 GROUP BY op
)
SELECT StringIds.value AS op,
       CASE WHEN untold > 0 THEN NULL
            WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS executed_flops,
       CASE WHEN o_untold > 0 THEN NULL
            WHEN o_e9 < 9223372036 THEN o_e9 * 1000000000 + o_rest
            ELSE printf('%d%09d', o_e9, o_rest) END AS other_executed_flops,
       CASE WHEN untold > 0 THEN 'none' ELSE 'extrapolated' END AS executed_source, solved
FROM s JOIN StringIds ON StringIds.id = s.op;

-- Evaluation and other work runs outside steps too, where nothing is told apart: it is known where that
-- executes nothing.
CREATE VIEW phase_executed_total AS
WITH outside AS (
  SELECT coalesce(max(coalesce(x.unknown + x.e9 + x.rest, 1) > 0), 0) AS executes
  FROM outside_launches u
  LEFT JOIN executed_signature_total x ON x.process = u.process AND x.signature = u.signature
), s AS (
  SELECT phase, sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest,
         sum(untold_phase) + (phase IN ('evaluation', 'other') AND outside.executes) AS untold
  FROM split_part JOIN process ON process.id = split_part.process CROSS JOIN outside
  WHERE phase <> '' AND libtorch IS NOT NULL GROUP BY phase
)
SELECT phase,
       CASE WHEN untold > 0 THEN NULL
            WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS executed_flops,
       CASE WHEN untold > 0 THEN 'none' ELSE 'extrapolated' END AS executed_source
FROM s;

-- How far that goes. Steps are those of processes. One row; told_*_flops are parts of executed_flops.
CREATE VIEW split_total AS
WITH p AS (
  SELECT sum(e9) AS e9, sum(rest) AS rest,
         sum(e9 * (phase <> '')) AS phase_e9, sum(rest * (phase <> '')) AS phase_rest,
         sum(e9 * (op <> 0)) AS op_e9, sum(rest * (op <> 0)) AS op_rest,
         sum(e9 * (kernel <> 0)) AS kernel_e9, sum(rest * (kernel <> 0)) AS kernel_rest,
         sum(e9 * solved) AS solved_e9, sum(rest * solved) AS solved_rest
  FROM split_part
), s AS (
  SELECT coalesce(e9 + rest / 1000000000, 0) AS e9, coalesce(rest % 1000000000, 0) AS rest,
         coalesce(phase_e9 + phase_rest / 1000000000, 0) AS phase_e9,
         coalesce(phase_rest % 1000000000, 0) AS phase_rest,
         coalesce(op_e9 + op_rest / 1000000000, 0) AS op_e9, coalesce(op_rest % 1000000000, 0) AS op_rest,
         coalesce(kernel_e9 + kernel_rest / 1000000000, 0) AS kernel_e9,
         coalesce(kernel_rest % 1000000000, 0) AS kernel_rest,
         coalesce(solved_e9 + solved_rest / 1000000000, 0) AS solved_e9,
         coalesce(solved_rest % 1000000000, 0) AS solved_rest
  FROM p
), n AS (
  SELECT (SELECT count(*) FROM step_launches WHERE launches > 0) AS steps,
         (SELECT coalesce(sum(steps), 0) FROM split_signature) AS told_steps
)
SELECT told_steps AS steps, n.steps - told_steps AS steps_without,
       CASE WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END AS executed_flops,
       CASE WHEN phase_e9 < 9223372036 THEN phase_e9 * 1000000000 + phase_rest
            ELSE printf('%d%09d', phase_e9, phase_rest) END AS told_phase_flops,
       CASE WHEN op_e9 < 9223372036 THEN op_e9 * 1000000000 + op_rest
            ELSE printf('%d%09d', op_e9, op_rest) END AS told_op_flops,
       CASE WHEN kernel_e9 < 9223372036 THEN kernel_e9 * 1000000000 + kernel_rest
            ELSE printf('%d%09d', kernel_e9, kernel_rest) END AS told_kernel_flops,
       CASE WHEN solved_e9 < 9223372036 THEN solved_e9 * 1000000000 + solved_rest
            ELSE printf('%d%09d', solved_e9, solved_rest) END AS solved_flops
FROM s CROSS JOIN n;

-- Which kernels an operator launches in which phase, in the steps that are told apart, and what these execute.
CREATE VIEW op_kernel_executed AS
SELECT o.value AS op, k.value AS kernel, phase,
       sum(untold_op + untold_kernel + untold_phase) AS untold,
       sum(e9) + sum(rest) / 1000000000 AS executed_e9, sum(rest) % 1000000000 AS executed_rest
FROM split_part p JOIN StringIds o ON o.id = p.op JOIN StringIds k ON k.id = p.kernel
WHERE phase <> '' GROUP BY p.op, p.kernel, phase;
