-- The environment that the shop was connected to last: who chooses another one without a key, and gives
-- the key later, has moved all the same.
ALTER TABLE "Shop" ADD COLUMN "connectedTo" "Environment";
