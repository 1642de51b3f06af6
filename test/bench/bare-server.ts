// The first yardstick: node:http, the signature checked, one INSERT (jsonb) per request.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import pg from "pg";

const { PORT, DATABASE_URL, SHOPIFY_API_SECRET = "" } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });

createServer((request, response) => {
  if (request.url === "/readyz") return response.end("ready");
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", async () => {
    const body = Buffer.concat(chunks);
    const expected = createHmac("sha256", SHOPIFY_API_SECRET).update(body).digest();
    const given = Buffer.from(String(request.headers["x-shopify-hmac-sha256"]), "base64");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.statusCode = 401;
      return response.end();
    }
    await pool.query({
      name: "insert",
      text: `INSERT INTO "BareWebhook" (shop, webhook_id, topic, payload) VALUES ($1, $2, $3, $4)`,
      values: [
        request.headers["x-shopify-shop-domain"],
        request.headers["x-shopify-webhook-id"],
        request.headers["x-shopify-topic"],
        body.toString("utf8"),
      ],
    });
    response.end();
  });
}).listen(Number(PORT));
