import express, { type ErrorRequestHandler, type Express } from "express";
import type { Foundations } from "./services.server.ts";
import { orderTopics } from "./shopify/webhook-payload.ts";
import { createInboxWriter } from "./sync/inbox-writer.ts";
import { createIntake } from "./sync/intake.ts";

const largestBody = "5mb";

/** Takes Shopify's webhooks, in front of everything that could slow them down. */
export function takeWebhooks(
  app: Express,
  { services: { config, log, queue }, run, databaseUrl }: Foundations,
): { close(): Promise<void> } {
  const inbox = createInboxWriter({ databaseUrl, log, wake: queue.wake, door: run.door });
  const secrets = [config.SHOPIFY_API_SECRET, config.SHOPIFY_API_SECRET_PREVIOUS];
  const intake = createIntake({
    topics: orderTopics,
    secrets: secrets.filter((secret) => secret !== undefined),
    store: inbox.add,
    now: Date.now,
  });
  app
    .route("/webhooks/orders")
    .post(express.raw({ type: () => true, limit: largestBody }), async (request, response) => {
      const body: unknown = request.body;
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const { status, message } = await intake(request.headers, bytes);
      response.writeHead(status, { "content-type": "text/plain" }).end(message);
    })
    .all((_request, response) => {
      response.status(405).set("Allow", "POST").type("text/plain").send("Only POST is taken here.");
    });
  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = bodyError(error);
    if (status === 500) log.error({ err: error }, "a webhook was not taken");
    response
      .status(status)
      .type("text/plain")
      .send(sentences[status] ?? "It could not be taken.");
  };
  app.use("/webhooks", onError);
  return inbox;
}

const sentences: Record<number, string> = {
  400: "The body could not be read.",
  413: "The body is larger than 5 MB.",
  415: "The body's encoding is not known here.",
};

/** The HTTP status that body-parser gives its errors. */
function bodyError(error: unknown): number {
  if (typeof error !== "object" || error === null || !("status" in error)) return 500;
  return typeof error.status === "number" ? error.status : 500;
}
