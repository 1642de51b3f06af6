-- A payload is read once and then let go of: to compress it costs more than the rest of its INSERT.
ALTER TABLE "InboxWebhook" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
