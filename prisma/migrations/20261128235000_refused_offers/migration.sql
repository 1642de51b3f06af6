-- For what a product got no offer, and when: it is tried again when something else is to be asked.
ALTER TABLE "CountryOffer" ADD COLUMN "refusedFor" TEXT, ADD COLUMN "refusedAt" TIMESTAMPTZ(6);
