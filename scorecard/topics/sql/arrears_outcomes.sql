-- 结案方式 of the enforcements of arrears closed in the slice, and how many.
-- needs enforcement: kind arrears closed_on outcome
SELECT coalesce(outcome, '未填'), count(*)
FROM {enforcement}
WHERE arrears AND kind IN ('首次执行', '恢复执行') AND closed_on BETWEEN $first AND $last
GROUP BY ALL
