ALTER TABLE "Order" ADD COLUMN "confirmedAttempt" UUID;
ALTER TABLE "Order" ADD COLUMN "unread" BOOLEAN NOT NULL DEFAULT false;

-- What was confirmed so far stays confirmed.
UPDATE "Order" SET "confirmedAttempt" = "acceptedAttempt" WHERE "status" = 'confirmed';
