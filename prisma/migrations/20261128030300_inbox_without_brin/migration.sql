-- Nothing reads it: rows of all times share a page once the space of deleted ones is used again.
DROP INDEX CONCURRENTLY "InboxWebhook_receivedAt_idx";
