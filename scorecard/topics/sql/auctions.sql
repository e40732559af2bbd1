-- Auctions ended in the slice by round, as Round has them.
-- needs asset_disposals: case_type round ended_on listed_on outcome start_price_yuan sold_price_yuan
SELECT round,
       count(*) FILTER (outcome = '成交'),
       count(*) FILTER (outcome = '流拍'),
       count(*) FILTER (outcome = '撤回'),
       count(*) FILTER (outcome IS NULL),
       coalesce(sum(start_price_yuan) FILTER (outcome = '成交' AND sold_price_yuan IS NOT NULL), 0),
       coalesce(sum(sold_price_yuan) FILTER (outcome = '成交' AND start_price_yuan IS NOT NULL), 0)
FROM {asset_disposals}
WHERE case_type = '破' AND ended_on BETWEEN $first AND $last
GROUP BY round
