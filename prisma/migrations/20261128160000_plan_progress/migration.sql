-- What a job has done for a product so far, country by country.
ALTER TABLE "PlanJobProduct" ADD COLUMN "progress" JSONB;
