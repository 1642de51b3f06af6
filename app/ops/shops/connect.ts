import { text as readAll } from "node:stream/consumers";
import { command, oneOf, UsageError } from "#app/ops/command.ts";
import { followSettings } from "#app/plans/daily-plan-work.ts";
import { connectShop } from "#app/shops/connect.ts";

/** Holds the API key where it is not among the arguments, which every user of the machine can see. */
const keyVariable = "HAKUNA_API_KEY";

/** Connects a shop to Hakuna, after the key was tried. Also resumes a paused shop. */
export const connect = command({
  usage: `connect <shop> --environment sandbox|production [--api-key -|KEY] [--share protected|all] [--country de]; the key: from standard input (-), or ${keyVariable} where the option is missing`,
  positionals: { shop: "one" },
  options: {
    environment: { type: "string" },
    "api-key": { type: "string" },
    share: { type: "string" },
    country: { type: "string" },
  },
  takesNewShop: true,
  async run({ named: { shop }, values }, withDatabase) {
    const environment = oneOf("environment", values.environment, ["sandbox", "production"]);
    if (!environment) throw new UsageError("--environment is missing: sandbox or production.");
    const share = oneOf("share", values.share, ["protected", "all"]);
    const country = values.country?.toLowerCase();
    if (country !== undefined && !/^[a-z]{2}$/.test(country)) {
      throw new UsageError("--country is an ISO 3166-1 code of two letters, such as de.");
    }
    const apiKey = await readKey(values["api-key"]);
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
      await services.queue.plans.wake(await followSettings(run.pool, shop, run.now()));
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
});

/** @param given `-` for standard input, the key itself, or undefined for the environment's */
async function readKey(given: string | undefined): Promise<string> {
  const fromInput = given === "-";
  const key = (
    fromInput ? await readAll(process.stdin) : (given ?? process.env[keyVariable])
  )?.trim();
  if (key) return key;
  throw new UsageError(
    fromInput
      ? "No API key came on standard input."
      : `The API key is missing: give --api-key -, or set ${keyVariable}.`,
  );
}
