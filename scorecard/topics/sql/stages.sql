-- Number, sum and median of days: three stages each over its own cases, then three over the same cases; last the enforcements.
-- One department tries a case and another enforces it: the trial is looked up in the whole table.
-- needs cases: case_no case_type filed_on closed_on filing_days trial_days
-- needs enforcement: kind basis_case_no filed_on closed_on enforcement_days
WITH civil AS (SELECT * FROM {cases} WHERE case_type = '民初'),
enforced AS (SELECT * FROM {enforcement} WHERE kind = '首次执行' AND closed_on BETWEEN $first AND $last),
same AS (
    SELECT datediff('day', c.filed_on, c.closed_on) AS trial, datediff('day', c.closed_on, e.filed_on) AS gap,
           e.enforcement_days AS enforcing
    FROM enforced e JOIN (SELECT * FROM cases WHERE case_type = '民初') c ON c.case_no = e.basis_case_no
    WHERE c.closed_on >= c.filed_on AND e.filed_on >= c.closed_on AND e.enforcement_days IS NOT NULL
)
SELECT 1 AS place, '立案', count(filing_days), sum(filing_days), median(filing_days)
FROM civil WHERE filed_on BETWEEN $first AND $last
UNION ALL SELECT 2, '一审', count(trial_days), sum(trial_days), median(trial_days)
FROM civil WHERE closed_on BETWEEN $first AND $last
UNION ALL SELECT 3, '首次执行', count(enforcement_days), sum(enforcement_days), median(enforcement_days) FROM enforced
UNION ALL SELECT 4, '立案至一审审结', count(trial), sum(trial), median(trial) FROM same
UNION ALL SELECT 5, '审结至申请执行', count(gap), sum(gap), median(gap) FROM same
UNION ALL SELECT 6, '执行立案至执结', count(enforcing), sum(enforcing), median(enforcing) FROM same
UNION ALL SELECT 7, '', count(*), NULL, NULL FROM enforced
ORDER BY place
