import { command, UsageError } from "#app/ops/command.ts";
import { answerDataRequests, customerData } from "#app/privacy/data-request.ts";

/**
 * Prints as JSON all that is stored about one customer, to be given to the merchant: by their id at
 * Shopify, or by a request, which may name orders alone.
 */
export const dataRequest = command({
  usage: "data-request <shop> --customer ID | --request ID [--answered]",
  positionals: { shop: "one" },
  options: {
    customer: { type: "string" },
    request: { type: "string" },
    answered: { type: "boolean" },
  },
  async run({ named: { shop }, values: { customer, request, answered } }, withDatabase) {
    if ((customer === undefined) === (request === undefined)) {
      throw new UsageError("Give --customer or --request, as `status` shows it.");
    }
    if (customer !== undefined && !/^\d+$/.test(customer)) {
      throw new UsageError("--customer is the customer's numeric id at Shopify.");
    }
    const whose = request === undefined ? { customer: customer ?? "" } : { request };
    return await withDatabase(async ({ run }) => {
      const before = await customerData(run.pool, shop, whose);
      if (request !== undefined && before.requests.length === 0) {
        throw new Error(`${shop} has no data request ${request}.`);
      }
      const closed = answered ? await answerDataRequests(run.pool, shop, whose) : null;
      const data = closed ? await customerData(run.pool, shop, whose) : before;
      return {
        data,
        text: JSON.stringify(data, null, 2),
        failed: closed === 0 ? "No such data request is open: none was closed." : undefined,
      };
    });
  },
});
