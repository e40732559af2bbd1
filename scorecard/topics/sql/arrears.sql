-- 拖欠企业账款: filed, closed, pending; claimed, recovered and how many of the first ones with both known; paid in the slice.
-- needs enforcement: kind arrears filed_on closed_on claimed_yuan recovered_yuan paid_on
WITH owed AS (
    SELECT *, kind = '首次执行' AND closed_on BETWEEN $first AND $last
              AND claimed_yuan IS NOT NULL AND recovered_yuan IS NOT NULL AS rated
    FROM {enforcement} WHERE arrears AND kind IN ('首次执行', '恢复执行')
)
SELECT count(*) FILTER (filed_on BETWEEN $first AND $last),
       count(*) FILTER (closed_on BETWEEN $first AND $last),
       count(*) FILTER (filed_on <= $last AND (closed_on IS NULL OR closed_on > $last)),
       coalesce(sum(claimed_yuan) FILTER (rated), 0),
       coalesce(sum(recovered_yuan) FILTER (rated), 0),
       count(*) FILTER (rated),
       coalesce(sum(recovered_yuan) FILTER (paid_on BETWEEN $first AND $last), 0)
FROM owed
