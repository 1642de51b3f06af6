ALTER TABLE "Order" ADD COLUMN "confirmedAttempt" UUID;
ALTER TABLE "Order" ADD COLUMN "unread" BOOLEAN NOT NULL DEFAULT false;

-- What was confirmed so far stays confirmed.
-- allowed: before the first release, when no shop has many orders
UPDATE "Order" SET "confirmedAttempt" = "acceptedAttempt" WHERE "status" = 'confirmed';
