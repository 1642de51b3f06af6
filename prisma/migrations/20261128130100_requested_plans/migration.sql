-- Plans that the buyer wants to give back, by line, as they were asked for.
ALTER TABLE "OrderDocument" ADD COLUMN "requests" JSONB NOT NULL DEFAULT '{}';
