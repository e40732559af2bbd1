-- Number, sum and median of days: 快立 and 快审 in the trials of enforcements closed in the slice, 快执, 全程 up to payment.
-- needs enforcement: kind arrears basis_case_no closed_on enforcement_days filing_to_payment_days paid_on recovered_yuan
-- needs cases: case_no closed_on filing_days trial_days
WITH owed AS (SELECT * FROM {enforcement} WHERE arrears AND kind IN ('首次执行', '恢复执行')),
behind AS (
    SELECT c.filing_days, c.trial_days FROM owed e JOIN cases c ON c.case_no = e.basis_case_no
    WHERE e.closed_on BETWEEN $first AND $last
)
SELECT 1 AS place, '快立：收到诉状至立案', count(filing_days), sum(filing_days), median(filing_days) FROM behind
UNION ALL SELECT 2, '快审：立案至审结', count(trial_days), sum(trial_days), median(trial_days) FROM behind
UNION ALL SELECT 3, '快执：执行立案至执结', count(enforcement_days), sum(enforcement_days), median(enforcement_days)
FROM owed WHERE closed_on BETWEEN $first AND $last
UNION ALL SELECT 4, '全程：纠纷立案至到账', count(filing_to_payment_days), sum(filing_to_payment_days),
                 median(filing_to_payment_days)
FROM owed WHERE paid_on BETWEEN $first AND $last AND recovered_yuan > 0 AND closed_on IS NOT NULL
ORDER BY place
