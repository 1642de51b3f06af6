import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import { createInboxWriter, type InboxRow } from "#app/intake/inbox-writer.ts";
import { createIntake, type Intake } from "#app/intake/intake.ts";
import { shopDoors, takeShopWebhook } from "#app/intake/shop-webhooks.ts";
import { readWebhookHeaders } from "#app/intake/webhook-headers.ts";
import { returnsDoor, takeReturnWebhook } from "#app/refunds/returns/take-return.ts";
import type { Foundations } from "#app/services.server.ts";
import { returnTopics } from "#app/shopify/webhooks/return-payload.ts";
import { orderTopics, requireDeletion } from "#app/shopify/webhooks/webhook-payload.ts";
import { answerPlainly } from "./answers.server.ts";
import { type Bodies, BodyAborted, BodyRefused } from "./bodies.server.ts";

const largestBody = 5 * 1024 * 1024;

type Take = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** `takerOf`: who takes a request, where it is a webhook at its very address. */
export type Webhooks = {
  takerOf(request: IncomingMessage): Take | undefined;
  close(): Promise<void>;
};

/**
 * Takes Shopify's webhooks, in front of everything that could slow them down or fail before them:
 * the server asks `takerOf` before Express, which costs a webhook a tenth of its time. Under any
 * other spelling of an address they come through Express.
 */
export function takeWebhooks(
  app: Express,
  { services: { config, log, queue }, run, databaseUrl }: Foundations,
  bodies: Bodies,
): Webhooks {
  const inbox = createInboxWriter({
    ...{ databaseUrl, log, wake: queue.wake, door: run.door },
    ...{ limits: config.database, bounds: config.intake },
  });
  const both = [config.SHOPIFY_API_SECRET, config.SHOPIFY_API_SECRET_PREVIOUS];
  const secrets = both.filter((secret) => secret !== undefined);
  const takers = new Map<string | undefined, Take>();
  const door = (path: string, topics: readonly string[], intake: Intake) => {
    const taken = new Set(topics);
    run.metrics.doorOpened(path);
    const take: Take = async (request, response) => {
      const start = performance.now();
      response.once("close", () => {
        // whoever goes away has no answer
        if (!response.headersSent) return;
        const seconds = (performance.now() - start) / 1000;
        run.metrics.webhookAnswered(path, response.statusCode, seconds);
      });
      const headers = readWebhookHeaders(request.headers, taken);
      if (typeof headers === "string") return answerPlainly(request, response, 400, headers);
      try {
        const bytes = await bodies.read(request, largestBody);
        const { status, message } = await run.tracing.span(
          "intake",
          { door: path, bytes: bytes.length },
          async (add) => {
            const answer = await intake(request.headers, bytes, start);
            add({ httpStatus: answer.status });
            return answer;
          },
        );
        response.writeHead(status, { "content-type": "text/plain" }).end(message);
      } catch (error) {
        if (error instanceof BodyAborted) return;
        if (error instanceof BodyRefused) {
          return answerPlainly(request, response, error.status, error.message);
        }
        log.error({ err: error }, "a webhook was not taken");
        answerPlainly(request, response, 500, "It could not be taken.");
      }
    };
    takers.set(path, take);
    app
      .route(path)
      .post(take)
      .all((request, response) => {
        response.set("Allow", "POST");
        answerPlainly(request, response, 405, "Only POST is taken here.");
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
  door("/webhooks/orders", orderTopics, createIntake({ ...orders, onError: onUnstored }));
  for (const [path, topics] of Object.entries(shopDoors)) {
    const store = (row: InboxRow) => takeShopWebhook(run, queue, row);
    const onError = (err: unknown) => log.error({ err, topics }, "a webhook was not taken");
    door(path, topics, createIntake({ topics, secrets, store, answerMs, now, onError }));
  }
  const take = (row: InboxRow) => takeReturnWebhook(run, queue.refunds.wake, row);
  const returns = { topics: returnTopics, secrets, store: take, answerMs, now };
  door(returnsDoor, returnTopics, createIntake({ ...returns, onError: onUnstored }));
  return {
    takerOf: ({ method, url }) => (method === "POST" ? takers.get(url) : undefined),
    close: inbox.close,
  };
}
