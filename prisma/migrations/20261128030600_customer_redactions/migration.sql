-- Customers whose webhooks in the inbox are still to be looked for.
CREATE TABLE "CustomerRedaction" (
    "shop" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "customerId" TEXT,
    "orders" TEXT[],
    "requestedAt" TIMESTAMPTZ(6) NOT NULL,
    "part" TEXT NOT NULL DEFAULT 'quarantined',
    "afterAt" TIMESTAMPTZ(6) NOT NULL DEFAULT '-infinity',
    "afterId" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "CustomerRedaction_pkey" PRIMARY KEY ("shop","id")
);

ALTER TABLE "Shop" ADD COLUMN "redactAt" TIMESTAMPTZ(6);
