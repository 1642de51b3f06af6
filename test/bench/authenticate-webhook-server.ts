// The second yardstick: the usual way, authenticate.webhook with one Prisma INSERT per request.
import express from "express";
import { openDatabase } from "#app/db.server.ts";
import { readConfig } from "#app/foundation/config.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { createShopify } from "#app/shopify.server.ts";

const config = readConfig(process.env);
const log = createLog("error");
const { prisma } = await openDatabase({ url: String(config.DATABASE_URL), log });
const shopify = createShopify({ config, prisma, log });

const app = express();
app.get("/readyz", (_request, response) => {
  response.send("ready");
});
app.post("/webhooks/orders", express.text({ type: () => true, limit: "5mb" }), async (req, res) => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const request = new Request(`${config.SHOPIFY_APP_URL}${req.url}`, {
    method: "POST",
    headers,
    body: req.body,
  });
  const { shop, topic, webhookId, payload } = await shopify.authenticate.webhook(request);
  await prisma.$executeRaw`INSERT INTO "BareWebhook" (shop, webhook_id, topic, payload)
    VALUES (${shop}, ${webhookId}, ${topic}, ${JSON.stringify(payload)}::jsonb)`;
  res.end();
});
app.listen(config.PORT);
