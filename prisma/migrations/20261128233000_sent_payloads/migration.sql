-- A feed order is written with the order's state. It counts as accepted once the
-- order names the request that it was in
ALTER TABLE "OrderDocument" ADD COLUMN "sentPayload" JSONB, ADD COLUMN "sentIn" UUID;
