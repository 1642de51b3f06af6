-- allowed throughout: before the first release
-- A page of the list begins with equalities on status and on whether there are plans (0 or 1), so
-- that no combination of tab and filter walks past orders that it does not show.
DROP INDEX "Order_shop_status_placedAt_id_idx";
DROP INDEX "Order_plans";
DROP INDEX "Order_attention";
DROP INDEX "Order_findings";
CREATE INDEX "Order_status"
  ON "Order"("shop", "status", least("planUnits", 1), "placedAt" DESC, "id");
CREATE INDEX "Order_attention" ON "Order"("shop", least("planUnits", 1), "placedAt" DESC, "id")
  WHERE "needsAttention";
CREATE INDEX "Order_findings" ON "Order"("shop", "status", "placedAt" DESC, "id")
  WHERE "findingSeverity" IS NOT NULL;

-- A finding that few orders have is found by its code.
CREATE FUNCTION finding_keys(shop text, findings jsonb) RETURNS text[]
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN (SELECT array_agg(DISTINCT shop || ' ' || (finding ->> 'code'))
            FROM jsonb_array_elements(findings) AS finding);
CREATE INDEX "Order_finding_codes" ON "Order" USING gin (finding_keys("shop", "findings"))
  WHERE "findingSeverity" IS NOT NULL;
