import express, { type ErrorRequestHandler, type Express } from "express";
import { createInboxWriter, type InboxRow } from "#app/intake/inbox-writer.ts";
import { createIntake, type Intake } from "#app/intake/intake.ts";
import { shopDoors, takeShopWebhook } from "#app/intake/shop-webhooks.ts";
import type { Foundations } from "#app/services.server.ts";
import { orderTopics, requireDeletion } from "#app/shopify/webhooks/webhook-payload.ts";

const largestBody = "5mb";

/** Takes Shopify's webhooks, in front of everything that could slow them down or fail before them. */
export function takeWebhooks(
  app: Express,
  { services: { config, log, queue }, run, databaseUrl }: Foundations,
): { close(): Promise<void> } {
  const inbox = createInboxWriter({
    ...{ databaseUrl, log, wake: queue.wake, door: run.door },
    ...{ limits: config.database, bounds: config.intake },
  });
  const both = [config.SHOPIFY_API_SECRET, config.SHOPIFY_API_SECRET_PREVIOUS];
  const secrets = both.filter((secret) => secret !== undefined);
  const door = (path: string, intake: Intake) => {
    run.metrics.doorOpened(path);
    app
      .route(path)
      .post(
        (_request, response, next) => {
          const start = performance.now();
          response.locals.arrivedAt = start;
          response.once("close", () => {
            run.metrics.webhookAnswered(
              path,
              response.statusCode,
              (performance.now() - start) / 1000,
            );
          });
          next();
        },
        // Shopify compresses nothing, and its signature is of the bytes as they are sent
        express.raw({ type: () => true, limit: largestBody, inflate: false }),
        async (request, response) => {
          const body: unknown = request.body;
          const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
          const { status, message } = await run.tracing.span(
            "intake",
            { door: path, bytes: bytes.length },
            async (add) => {
              const answer = await intake(request.headers, bytes, response.locals.arrivedAt);
              add({ httpStatus: answer.status });
              return answer;
            },
          );
          response.writeHead(status, { "content-type": "text/plain" }).end(message);
        },
      )
      .all((_request, response) => {
        response
          .status(405)
          .set("Allow", "POST")
          .type("text/plain")
          .send("Only POST is taken here.");
      });
  };
  const now = Date.now;
  const check = (topic: string, body: Uint8Array) => {
    if (topic === "orders/delete") requireDeletion(body);
  };
  const { answerMs } = config.intake;
  const orders = { topics: orderTopics, secrets, check, store: inbox.add, answerMs, now };
  // no error yet: Shopify sends it again, and an alert counts these answers
  const onUnstored = (err: unknown) => log.warn({ err }, "a webhook was not taken");
  door("/webhooks/orders", createIntake({ ...orders, onError: onUnstored }));
  for (const [path, topics] of Object.entries(shopDoors)) {
    const store = (row: InboxRow) => takeShopWebhook(run, queue, row);
    const onError = (err: unknown) => log.error({ err, topics }, "a webhook was not taken");
    door(path, createIntake({ topics, secrets, store, answerMs, now, onError }));
  }
  const onBodyError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = bodyError(error);
    if (status === 500) log.error({ err: error }, "a webhook was not taken");
    response
      .status(status)
      .type("text/plain")
      .send(sentences[status] ?? "It could not be taken.");
  };
  app.use("/webhooks", onBodyError);
  return inbox;
}

const sentences: Record<number, string> = {
  400: "The body could not be read.",
  413: "The body is larger than 5 MB.",
  415: "The body is compressed. Send it as it was signed.",
};

/** The HTTP status that body-parser gives its errors. */
function bodyError(error: unknown): number {
  if (typeof error !== "object" || error === null || !("status" in error)) return 500;
  return typeof error.status === "number" ? error.status : 500;
}
