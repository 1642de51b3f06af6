-- Whether a product's links were written since the lists of its variants are right. Those that were not
-- are renewed once.
ALTER TABLE "CountryOffer" ADD COLUMN "ownLists" BOOLEAN NOT NULL DEFAULT false;
