"""Systems of indicators of others, as far as public sources state them: editions, items, what of ours answers each."""
