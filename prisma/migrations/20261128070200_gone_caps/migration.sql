-- Units of plans that count as they did until the money has been paid back.
ALTER TABLE "OrderDocument" ADD COLUMN "goneCaps" JSONB NOT NULL DEFAULT '{}';
