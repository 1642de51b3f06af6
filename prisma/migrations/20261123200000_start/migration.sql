-- CreateEnum
CREATE TYPE "Environment" AS ENUM ('sandbox', 'production');

-- CreateEnum
CREATE TYPE "Share" AS ENUM ('protected', 'all');

-- CreateEnum
CREATE TYPE "ProductIdentifier" AS ENUM ('variant', 'sku');

-- CreateEnum
CREATE TYPE "Connection" AS ENUM ('none', 'connected', 'key_refused', 'wrong_address', 'feed_refuses');

-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('waiting', 'pending', 'sent', 'confirmed', 'blocked', 'rejected', 'skipped');

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "shop" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "isOnline" BOOLEAN NOT NULL DEFAULT false,
    "scope" TEXT,
    "expires" TIMESTAMP(3),
    "accessToken" TEXT NOT NULL,
    "userId" BIGINT,
    "firstName" TEXT,
    "lastName" TEXT,
    "email" TEXT,
    "accountOwner" BOOLEAN NOT NULL DEFAULT false,
    "locale" TEXT,
    "collaborator" BOOLEAN DEFAULT false,
    "emailVerified" BOOLEAN DEFAULT false,
    "refreshToken" TEXT,
    "refreshTokenExpires" TIMESTAMP(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Shop" (
    "domain" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "country" TEXT,
    "environment" "Environment" NOT NULL DEFAULT 'sandbox',
    "share" "Share" NOT NULL DEFAULT 'protected',
    "sendTestOrders" BOOLEAN NOT NULL DEFAULT false,
    "acceptSuggestions" BOOLEAN NOT NULL DEFAULT false,
    "productIdentifier" "ProductIdentifier" NOT NULL DEFAULT 'variant',
    "apiKeySealed" TEXT,
    "apiKeyLastFour" TEXT,
    "connection" "Connection" NOT NULL DEFAULT 'none',
    "connectionSince" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "connectionReason" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 1,
    "loneRefusals" INTEGER NOT NULL DEFAULT 0,
    "backoffCount" INTEGER NOT NULL DEFAULT 0,
    "backoffUntil" TIMESTAMPTZ(6),
    "backoffReason" TEXT,
    "leaseToken" TEXT,
    "leaseUntil" TIMESTAMPTZ(6),
    "lastAcceptedAt" TIMESTAMPTZ(6),

    CONSTRAINT "Shop_pkey" PRIMARY KEY ("domain")
);

-- CreateTable
CREATE TABLE "InboxWebhook" (
    "shop" TEXT NOT NULL,
    "webhookId" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "triggeredAt" TIMESTAMPTZ(6) NOT NULL,
    "receivedAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "payload" BYTEA,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "foldedAt" TIMESTAMPTZ(6),
    "quarantinedAt" TIMESTAMPTZ(6),
    "error" TEXT,

    CONSTRAINT "InboxWebhook_pkey" PRIMARY KEY ("shop","webhookId")
);

-- CreateTable
CREATE TABLE "Order" (
    "shop" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT,
    "status" "OrderStatus" NOT NULL,
    "statusReason" TEXT,
    "placedAt" TIMESTAMPTZ(6),
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changedAt" TIMESTAMPTZ(6) NOT NULL,
    "customerId" TEXT,
    "planUnits" INTEGER NOT NULL DEFAULT 0,
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "redacted" BOOLEAN NOT NULL DEFAULT false,
    "findings" JSONB NOT NULL DEFAULT '[]',
    "findingSeverity" TEXT,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "payloadHash" TEXT,
    "acceptedHash" TEXT,
    "acceptedEpoch" INTEGER,
    "acceptedRevision" INTEGER,
    "acceptedAttempt" UUID,
    "firstSentAt" TIMESTAMPTZ(6),
    "sentAt" TIMESTAMPTZ(6),
    "dueAt" TIMESTAMPTZ(6),
    "resend" BOOLEAN NOT NULL DEFAULT false,
    "unanswered" BOOLEAN NOT NULL DEFAULT false,
    "repeatAt" TIMESTAMPTZ(6),
    "readAt" TIMESTAMPTZ(6),
    "readAttempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "OrderDocument" (
    "shop" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "manualPairs" JSONB NOT NULL DEFAULT '[]',
    "lastPayload" JSONB,
    "reportedUnits" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "OrderDocument_pkey" PRIMARY KEY ("shop","orderId")
);

-- CreateTable
CREATE TABLE "Attempt" (
    "shop" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "orders" JSONB NOT NULL,
    "startedAt" TIMESTAMPTZ(6) NOT NULL,
    "answeredAt" TIMESTAMPTZ(6),
    "durationMs" INTEGER,
    "httpStatus" INTEGER,
    "outcome" TEXT,
    "reason" TEXT,
    "requestId" TEXT,
    "pollAt" TIMESTAMPTZ(6),
    "pollCount" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "OrderEvent" (
    "shop" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "kind" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "OrderEvent_pkey" PRIMARY KEY ("shop","orderId","source")
);

-- CreateTable
CREATE TABLE "OrderCount" (
    "shop" TEXT NOT NULL,
    "status" "OrderStatus" NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "OrderCount_pkey" PRIMARY KEY ("shop","status")
);

-- CreateTable
CREATE TABLE "ShopDay" (
    "shop" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "sent" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "plans" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "ShopDay_pkey" PRIMARY KEY ("shop","day")
);

-- CreateIndex
CREATE INDEX "Session_shop_idx" ON "Session"("shop");

-- CreateIndex
CREATE INDEX "Order_shop_placedAt_id_idx" ON "Order"("shop", "placedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Order_shop_status_placedAt_id_idx" ON "Order"("shop", "status", "placedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Order_shop_customerId_idx" ON "Order"("shop", "customerId");


-- What is to be done, found without reading what is done.
CREATE INDEX "InboxWebhook_unfolded" ON "InboxWebhook"("shop", "receivedAt")
  WHERE "foldedAt" IS NULL AND "quarantinedAt" IS NULL;
CREATE INDEX "InboxWebhook_quarantined" ON "InboxWebhook"("shop") WHERE "quarantinedAt" IS NOT NULL;
CREATE INDEX "Order_due" ON "Order"("shop", "dueAt") WHERE "dueAt" IS NOT NULL;
CREATE INDEX "Order_read" ON "Order"("shop", "readAt") WHERE "readAt" IS NOT NULL;
CREATE INDEX "Attempt_unanswered" ON "Attempt"("shop") WHERE "answeredAt" IS NULL;
CREATE INDEX "Attempt_poll" ON "Attempt"("shop", "pollAt") WHERE "pollAt" IS NOT NULL;
