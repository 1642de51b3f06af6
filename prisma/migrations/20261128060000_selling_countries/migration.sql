-- AlterTable
ALTER TABLE "Shop" ADD COLUMN     "countryAnswers" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "sellingCountries" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "CountryOffer" (
    "shop" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "prices" INTEGER NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL,
    "expiresAt" TIMESTAMPTZ(6),
    "lacks" TEXT,
    "lacksWords" TEXT,

    CONSTRAINT "CountryOffer_pkey" PRIMARY KEY ("shop","productId","country")
);

-- CreateIndex
CREATE INDEX "CountryOffer_expiresAt_idx" ON "CountryOffer"("expiresAt");

-- docs/decisions/0028
ALTER TABLE "CountryOffer" ALTER COLUMN "shop" SET STATISTICS 0;
