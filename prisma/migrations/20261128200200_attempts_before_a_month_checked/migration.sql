-- Read while others read and write.
-- allowed: validates one constraint, and nothing else
DO $$
BEGIN
  ALTER TABLE "Attempt" VALIDATE CONSTRAINT "Attempt_before";
END $$;
