-- The customer's last name of an OrderState (app/order/state.ts) as lists show it, for searching:
-- small letters, and of the length that an index takes.
CREATE FUNCTION last_name(state jsonb) RETURNS text
  IMMUTABLE PARALLEL SAFE LANGUAGE sql
  RETURN left(lower(coalesce(state #>> '{head,customer,lastName}',
                             state #>> '{head,billingAddress,lastName}')), 100);
