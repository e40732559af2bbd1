-- indicator_part: the halves of every part, each its terms added up; NULL where any term of either half is unknown.
CREATE TABLE indicator_part AS
SELECT * EXCLUDE (_known) FROM (
SELECT g.indicator, h.part, any_value(h.name) AS name, g.grain, g.period, l.department, l.scope,
       NOT coalesce(
           bool_or(v.term IS NOT NULL AND v.amount IS NULL) FILTER (h.half IN ('numerator', 'denominator')), false
       ) AS _known,
       CASE WHEN any_value(s.is_ranked) THEN max(v.amount) FILTER (h.half = 'numerator')
            WHEN _known THEN sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'numerator')
       END::{amount} AS numerator,
       CASE WHEN _known THEN sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'denominator') END::{amount} AS denominator,
       (sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'base'))::BIGINT AS base,
       coalesce(greatest(sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'numerator unknown'),
                         sum(h.sign * coalesce(v.amount, 0)) FILTER (h.half = 'denominator unknown')), 0)::BIGINT AS unknown,
       any_value(g.state) AS state
FROM indicator_period g
JOIN place l USING (definition)
JOIN half h USING (definition)
JOIN shape s USING (definition)
LEFT JOIN term_value v ON v.term = h.term AND v.grain = g.grain AND v.period = g.period
     AND v.department = l.department AND v.scope = l.scope
GROUP BY g.indicator, h.part, g.grain, g.period, l.department, l.scope
);

-- `value` is for drawing and for other tools; text is always printed from the exact halves.
CREATE TABLE indicator_value AS
SELECT indicator, grain, period, department, scope,
       CASE WHEN any_value(s.parts) = 1 THEN max(numerator) END::{amount} AS numerator,
       CASE WHEN any_value(s.parts) = 1 THEN max(denominator) END::{amount} AS denominator,
       min(base) AS base, sum(unknown)::BIGINT AS unknown,
       CASE WHEN bool_and(numerator IS NOT NULL AND coalesce(denominator, 1) > 0)
                  AND (NOT any_value(s.is_disposition) OR any_value(p.state) <> 'partial')
            THEN sum(numerator::DOUBLE / coalesce(denominator, 1)::DOUBLE) * any_value(scale_up) / any_value(scale_down)
                 * CASE WHEN any_value(s.is_disposition) THEN any_value(g.days) ELSE 1 END
       END AS value,
       any_value(p.state) AS state
FROM indicator_part p JOIN indicator_period g USING (indicator, grain, period) JOIN shape s USING (definition)
GROUP BY indicator, grain, period, department, scope
ORDER BY grain, department, scope, indicator, period;
