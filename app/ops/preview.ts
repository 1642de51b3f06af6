import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { feedOrderSchema } from "../hakuna/feed-schema.ts";
import { mapOrder } from "../order/map.ts";
import { orderTopics, readWebhook } from "../shopify/webhook-payload.ts";
import { type Command, oneOf, readArgs, UsageError } from "./command.ts";

/** Reads a raw webhook payload and shows what would be sent. Needs no database. */
export const preview: Command = {
  usage: "preview [FILE] [--topic orders/create] [--country de]",
  async run(args) {
    const { values, positionals } = readArgs(args, {
      topic: { type: "string", default: "orders/create" },
      country: { type: "string" },
    });
    const topic = oneOf("topic", values.topic, orderTopics) ?? "orders/create";
    const [file] = positionals;
    const body = file === undefined ? await readAll(process.stdin) : await readPayload(file);
    const { orderId, state, missing } = readWebhook(topic, body, 0);
    if (state === null) {
      throw new Error(
        `This payload of order ${orderId} lacks ${missing.join(", ")}: the order would be read from the Admin API instead.`,
      );
    }
    const data =
      state.head === null
        ? { feedOrder: null, findings: [], status: "waiting" }
        : previewOrder({ ...state, head: state.head }, values.country?.toLowerCase() ?? null);
    return { data, text: JSON.stringify(data, null, 2) };
  },
};

function previewOrder(state: Parameters<typeof mapOrder>[0], shopCountry: string | null) {
  const { feedOrder, findings } = mapOrder(state, {
    shopCountry,
    productIdentifier: "variant",
    manualPairs: [],
    acceptSuggestions: false,
    reportedUnits: {},
  });
  if (feedOrder) feedOrderSchema.parse(feedOrder);
  return { feedOrder, findings, status: feedOrder === null ? "blocked" : "pending" };
}

async function readPayload(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
}
