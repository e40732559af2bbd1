-- moves: each row of any of the four counts of a balance (o opening, n new, x closed, e closing), with its effect and reason.
CREATE OR REPLACE TEMP TABLE moves AS
WITH joined AS (
    SELECT {keys}, p._line IS NOT NULL AS was, c._line IS NOT NULL AS is_there,
           coalesce(c._batch, p._batch) AS _batch, coalesce(c._line, p._line) AS _line, {read}
    FROM {published} p FULL JOIN {candidate} c USING ({keys})
), counted AS (
    SELECT *,
           coalesce(p_start <= {since} AND (p_until IS NULL OR p_until > {since}), false)::INTEGER AS o,
           coalesce(c_start > {since} AND c_start <= {until}, false)::INTEGER AS n,
           coalesce(c_until > {since} AND c_until <= {until}, false)::INTEGER AS x,
           coalesce(c_start <= {until} AND (c_until IS NULL OR c_until > {until}), false)::INTEGER AS e
    FROM joined
)
SELECT {keys}, was, is_there, _batch, _line, p_department, c_department, p_kind, c_kind, o, n, x, e, e - o - n + x AS effect,
       o = 1 AND n + x + e > 0 AND p_department IS DISTINCT FROM c_department AS split,
       CASE
           WHEN effect = 0 THEN '承办部门有变动'
           WHEN NOT is_there THEN '期初在册，新版本中已没有这一件'
           WHEN NOT was THEN '补报：' || {start} || '在期初之前，期初没有这一件'
           WHEN c_start IS NULL THEN '没有' || {start}
           WHEN p_start IS DISTINCT FROM c_start THEN {start} || '有改动'
           WHEN o = 0 AND c_until IS NULL THEN '已结又改为未结'
           WHEN o = 1 AND c_until <= {since} THEN {left} || '补填在期初之前'
           WHEN p_until IS DISTINCT FROM c_until THEN {left} || '有改动'
           ELSE {left} || '早于' || {start}
       END AS reason
FROM counted
WHERE o + n + x + e > 0
