-- Why a return could not be read.
ALTER TABLE "OrderReturn" ADD COLUMN "words" TEXT;
