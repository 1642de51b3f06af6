import { type Command, oneOf, readArgs, shopDomain, UsageError } from "#app/ops/command.ts";
import { connectShop } from "#app/shops/connect.ts";

/** Connects a shop to Hakuna, after the key was tried. Also resumes a paused shop. */
export const connect: Command = {
  usage:
    "connect <shop> --environment sandbox|production --api-key KEY [--share protected|all] [--country de]",
  async run(args, withDatabase) {
    const { values, positionals } = readArgs(args, {
      environment: { type: "string" },
      "api-key": { type: "string" },
      share: { type: "string" },
      country: { type: "string" },
    });
    const shop = shopDomain(positionals[0]);
    const environment = oneOf("environment", values.environment, ["sandbox", "production"]);
    if (!environment) throw new UsageError("--environment is missing: sandbox or production.");
    const apiKey = values["api-key"]?.trim();
    if (!apiKey) throw new UsageError("--api-key is missing.");
    const share = oneOf("share", values.share, ["protected", "all"]);
    const country = values.country?.toLowerCase();
    if (country !== undefined && !/^[a-z]{2}$/.test(country)) {
      throw new UsageError("--country is an ISO 3166-1 code of two letters, such as de.");
    }
    return await withDatabase(async ({ run, services }) => {
      const test = await run.feed.testConnection({ environment, apiKey });
      if (test.result === "wrong_key") {
        throw new Error(
          `Hakuna refuses this key for ${environment}: ${test.detail} Nothing was changed.`,
        );
      }
      const { epochChanged } = await connectShop(run, {
        shop,
        environment,
        apiKey,
        share,
        country,
      });
      await services.queue.wake([shop]);
      const data = { shop, environment, connectionTest: test.result, epochChanged };
      const lines = [`${shop} is connected to Hakuna (${environment}).`];
      if (test.result === "unreachable") {
        lines.push(
          `The feed did not answer just now (${test.detail}); orders are sent as soon as it does.`,
        );
      }
      if (test.result === "wrong_address") {
        lines.push(
          `What answers there is not the feed (${test.detail}); see HAKUNA_API_URL. Nothing is sent until it is right.`,
        );
      }
      if (epochChanged) {
        lines.push(
          "The environment changed: orders sent before go to it when they change, or by resend.",
        );
      }
      return { data, text: lines.join("\n") };
    });
  },
};
