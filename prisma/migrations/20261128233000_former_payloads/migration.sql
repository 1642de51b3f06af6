-- A feed order is written with the order's state, when its request is. It counts as accepted once the
-- order names that request: until then this is what was accepted before, without its customer
ALTER TABLE "OrderDocument" ADD COLUMN "formerPayload" JSONB, ADD COLUMN "sentIn" UUID;
