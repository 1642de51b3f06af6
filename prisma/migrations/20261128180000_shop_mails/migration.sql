-- Mails that a merchant asked for: when each is due next. docs/decisions/0067.
CREATE TABLE "ShopMail" (
    "shop" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "dueAt" TIMESTAMPTZ(6) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "toldAt" TIMESTAMPTZ(6),
    "result" TEXT,

    CONSTRAINT "ShopMail_pkey" PRIMARY KEY ("shop","kind")
);

-- docs/decisions/0028
ALTER TABLE "ShopMail" ALTER COLUMN "shop" SET STATISTICS 0;

CREATE INDEX "ShopMail_dueAt_idx" ON "ShopMail"("dueAt");
