-- allowed: one row a shop
UPDATE "Shop" SET "connectedTo" = "environment"
 WHERE "connection" <> 'none' OR "lastAcceptedAt" IS NOT NULL;
