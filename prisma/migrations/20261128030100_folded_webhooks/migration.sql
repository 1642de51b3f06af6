-- Webhooks that were kept long enough are found without those that were not.
CREATE INDEX CONCURRENTLY "InboxWebhook_folded" ON "InboxWebhook"("shop", "foldedAt")
  WHERE "foldedAt" IS NOT NULL;
