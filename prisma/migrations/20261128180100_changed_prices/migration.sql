-- Products of which a plan costs something else since a job had its offers.
CREATE INDEX CONCURRENTLY "PlanJobProduct_repriced" ON "PlanJobProduct"("shop", "endedAt" DESC)
  WHERE jsonb_path_exists("result", '$.plans[*] ? (@.before != null && @.before != @.price)');
