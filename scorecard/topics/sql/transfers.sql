-- 执转破 transferred in the slice: result as known on its last day (blank: not yet decided), accepting court, how many.
-- needs bankruptcies: source referred_on reviewed_on review_result accepting_court
SELECT CASE WHEN reviewed_on <= $last THEN coalesce(review_result, '结果未填') END, coalesce(accepting_court, '法院未填'), count(*)
FROM {bankruptcies}
WHERE source = '执转破' AND referred_on BETWEEN $first AND $last
GROUP BY ALL ORDER BY 1, 2
