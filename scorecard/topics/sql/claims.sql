-- Civil cases closed in the slice by the band of their claim on the day of filing (its place in BANDS); closed as 小额, otherwise.
-- needs cases: case_type closed_on filed_on procedure claimed_yuan
SELECT CASE WHEN l.since IS NULL OR c.filed_on >= l.stale_from THEN 4
            WHEN c.claimed_yuan IS NULL THEN 3
            WHEN c.claimed_yuan <= l.must THEN 0
            WHEN c.claimed_yuan <= l.may THEN 1
            ELSE 2 END,
       count(*) FILTER (c.procedure = '小额诉讼'),
       count(*) FILTER (c.procedure IS DISTINCT FROM '小额诉讼')
FROM (SELECT * FROM {cases} WHERE case_type = '民初' AND closed_on BETWEEN $first AND $last) c
ASOF LEFT JOIN (
    SELECT unnest($since::DATE[]) AS since, unnest($stale_from::DATE[]) AS stale_from,
           unnest($must::DECIMAL(38, 10)[]) AS must, unnest($may::DECIMAL(38, 10)[]) AS may
) l ON c.filed_on >= l.since
GROUP BY 1
