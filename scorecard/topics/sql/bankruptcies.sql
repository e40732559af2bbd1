-- All 破 of this court accepted by the last day of the slice, in the order of acceptance, as they stood then.
-- needs bankruptcies: case_no case_type accepted_on terminated_on procedure fast_track converted confirmed_claims_yuan paid_yuan cost_yuan realised_yuan
SELECT coalesce(case_no, ''), accepted_on, CASE WHEN terminated_on <= $last THEN terminated_on END, $last::DATE,
       coalesce(fast_track, false), coalesce(converted, false), coalesce(procedure, '未填'),
       confirmed_claims_yuan, paid_yuan, cost_yuan, realised_yuan
FROM {bankruptcies}
WHERE case_type = '破' AND accepted_on <= $last
ORDER BY accepted_on, case_no
