import { type Command, readArgs, shopDomain, UsageError } from "#app/ops/command.ts";
import { answerDataRequests, customerData } from "#app/privacy/data-request.ts";

/** Prints as JSON all that is stored about one customer, to be given to the merchant. */
export const dataRequest: Command = {
  usage: "data-request <shop> --customer ID [--answered]",
  async run(args, withDatabase) {
    const { values, positionals } = readArgs(args, {
      customer: { type: "string" },
      answered: { type: "boolean" },
    });
    const shop = shopDomain(positionals[0]);
    const { customer } = values;
    if (customer === undefined || !/^\d+$/.test(customer)) {
      throw new UsageError("--customer is the customer's numeric id at Shopify.");
    }
    return await withDatabase(async ({ run }) => {
      if (values.answered) await answerDataRequests(run.pool, shop, customer);
      const data = await customerData(run.pool, shop, customer);
      return { data, text: JSON.stringify(data, null, 2) };
    });
  },
};
