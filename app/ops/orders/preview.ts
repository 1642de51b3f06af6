import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import { command, oneOf, UsageError } from "#app/ops/command.ts";
import { type SharePolicy, skipReason } from "#app/order/share.ts";
import { orderTopics, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";

/** Reads a raw webhook payload and shows what would be sent. Needs no database. */
export const preview = command({
  usage: "preview [FILE] [--topic orders/create] [--country de]",
  positionals: { file: "optional" },
  options: { topic: { type: "string" }, country: { type: "string" } },
  async run({ named: { file }, values }) {
    const topic = oneOf("topic", values.topic, orderTopics) ?? "orders/create";
    const country = values.country?.toLowerCase() ?? null;
    if (country !== null && !/^[a-z]{2}$/.test(country)) {
      throw new UsageError(`--country is two letters, such as de, not ${values.country}.`);
    }
    const body = file === undefined ? await readAll(process.stdin) : await readPayload(file);
    if (topic.startsWith("orders/") && isPart(body)) {
      throw new UsageError(
        "order_id: this is a fulfillment or a refund. Name its topic, such as --topic fulfillments/create.",
      );
    }
    const { orderId, state, missing } = readWebhook(topic, body, 0);
    if (state === null) {
      throw new Error(
        `This payload of order ${orderId} lacks ${missing.join(", ")}: the order would be read from the Admin API instead.`,
      );
    }
    const data =
      state.head === null
        ? { feedOrder: null, findings: [], status: "waiting" }
        : previewOrder({ ...state, head: state.head }, country);
    return { data, text: JSON.stringify(data, null, 2) };
  },
});

function previewOrder(state: Parameters<typeof mapForFeed>[0], shopCountry: string | null) {
  const { feedOrder, findings } = mapForFeed(state, {
    shopCountry,
    productIdentifier: "variant",
    manualPairs: [],
    acceptSuggestions: false,
    reportedUnits: {},
  });
  return {
    ...{ feedOrder, findings, status: feedOrder === null ? "blocked" : "pending" },
    /** why a shop with the usual settings would not send it */
    skipped: skipReason(state, usualSettings, false),
  };
}

const usualSettings: SharePolicy = {
  share: "protected",
  environment: "production",
  sendTestOrders: false,
  sendOlderOrders: false,
  installedAt: null,
};

/** A fulfillment or a refund names its order; an order is one. */
function isPart(body: string): boolean {
  try {
    const payload: unknown = JSON.parse(body);
    return typeof payload === "object" && payload !== null && "order_id" in payload;
  } catch {
    return false;
  }
}

async function readPayload(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
}
