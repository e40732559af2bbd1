-- indicator_part: the halves of every part, each its terms added up; NULL where any term of either half is unknown. Half 0 is the
-- numerator, 1 the denominator, 2 the base; 3 and 4 count the rows whose amounts nobody filled in, of either half.
CREATE TABLE indicator_part AS
WITH counted AS (
SELECT g.cell, h.part, l.department, l.scope, any_value(h.name) AS name,
       coalesce(bool_or(v.term IS NOT NULL AND v.amount IS NULL) FILTER (h.half < 2), false) AS hidden,
       max(v.amount) FILTER (h.half = 0) AS ranked,
       sum(h.sign * v.amount) FILTER (h.half = 0) AS numerator,
       bool_or(h.half = 1) AS divided, sum(h.sign * v.amount) FILTER (h.half = 1) AS denominator,
       sum(h.sign * v.amount) FILTER (h.half = 2) AS base,
       greatest(sum(h.sign * v.amount) FILTER (h.half = 3), sum(h.sign * v.amount) FILTER (h.half = 4)) AS unknown
FROM indicator_period g
JOIN place l USING (definition)
JOIN half h USING (definition)
LEFT JOIN term_value v ON v.term = h.term AND v.number = g.number AND v.department = l.department AND v.scope = l.scope
GROUP BY g.cell, h.part, l.department, l.scope
)
SELECT g.indicator, part, name, g.grain, g.period, department, scope,
       CASE WHEN is_ranked THEN ranked WHEN NOT hidden THEN coalesce(numerator, 0) END::{amount} AS numerator,
       CASE WHEN divided AND NOT hidden THEN coalesce(denominator, 0) END::{amount} AS denominator,
       coalesce(base, 0)::BIGINT AS base, coalesce(unknown, 0)::BIGINT AS unknown, g.state
FROM counted JOIN indicator_period g USING (cell) JOIN shape USING (definition);

-- `value` is for drawing and for other tools; text is always printed from the exact halves. Only few indicators have several
-- parts: their means are added in the order of the parts, so that equal inputs give equal digits.
CREATE TABLE indicator_value AS
WITH divided AS (
SELECT p.*, parts, scale_up, scale_down, CASE WHEN is_disposition THEN g.days ELSE 1 END AS days,
       CASE WHEN coalesce(denominator, 1) > 0 AND (NOT is_disposition OR p.state <> 'partial')
            THEN numerator::DOUBLE / coalesce(denominator, 1)::DOUBLE
       END AS mean
FROM indicator_part p JOIN indicator_period g USING (indicator, grain, period) JOIN shape USING (definition)
)
SELECT indicator, grain, period, department, scope, numerator, denominator, base, unknown,
       mean * scale_up / scale_down * days AS value, state
FROM divided WHERE parts = 1
UNION ALL
SELECT indicator, grain, period, department, scope, NULL, NULL, min(base), sum(unknown)::BIGINT,
       CASE WHEN count(mean) = count(*) THEN sum(mean ORDER BY part) * any_value(scale_up) / any_value(scale_down) * any_value(days) END,
       any_value(state)
FROM divided WHERE parts > 1 GROUP BY indicator, grain, period, department, scope
ORDER BY grain, department, scope, indicator, period;
