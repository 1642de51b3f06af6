import type pg from "pg";
import type { BuyerLanguage } from "#app/texts/buyer-texts.ts";

/**
 * How a request ended: refunded through the app; the merchant said no; the plan went in another way,
 * in Shopify for instance.
 */
export type RequestAnswer = "refunded" | "declined" | "elsewhere";

/**
 * What became of the receipt: it is to be mailed, was, or could not be for good; there is no mail
 * server, or the order has no address.
 */
export type ReceiptState = "due" | "sent" | "failed" | "no_mail" | "no_address";

/** A buyer wants to give units of a plan back. Times are epoch milliseconds. */
export type PlanRequest = {
  /** what the receipt names */
  id: string;
  orderId: string;
  planLineId: string;
  planTitle: string;
  units: number;
  language: BuyerLanguage;
  createdAt: number;
  /** null: not answered yet */
  answer: RequestAnswer | null;
  answeredAt: number | null;
  /** user:<id>; null: the setting, or whoever refunded it in Shopify */
  answeredBy: string | null;
  receipt: ReceiptState;
};

type Row = Omit<PlanRequest, "createdAt" | "answeredAt"> & {
  createdAt: Date;
  answeredAt: Date | null;
};

type Client = Pick<pg.Pool | pg.PoolClient, "query">;

const columns = [
  ...["id", "orderId", "planLineId", "planTitle", "units", "language", "createdAt"],
  ...["answer", "answeredAt", "answeredBy", "receipt"],
]
  .map((column) => `"${column}"`)
  .join(", ");

function requestOf(row: Row): PlanRequest {
  const answeredAt = row.answeredAt?.getTime() ?? null;
  return { ...row, createdAt: row.createdAt.getTime(), answeredAt };
}

/** What was asked for of an order's plans, the newest first. */
export async function requestsOfOrder(
  client: Client,
  shop: string,
  orderId: string,
): Promise<PlanRequest[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${columns} FROM "PlanRequest" WHERE "shop" = $1 AND "orderId" = $2
      ORDER BY "createdAt" DESC, "id"`,
    [shop, orderId],
  );
  return rows.map(requestOf);
}

/** Writes a request down. @returns false: another one of the plan line is open */
export async function addRequest(
  client: Client,
  shop: string,
  request: PlanRequest,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO "PlanRequest" ("shop", "id", "orderId", "planLineId", "planTitle", "units", "language",
            "createdAt", "receipt", "receiptDueAt")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
    [
      ...[shop, request.id, request.orderId, request.planLineId, request.planTitle, request.units],
      ...[request.language, new Date(request.createdAt), request.receipt],
      request.receipt === "due" ? new Date(request.createdAt) : null,
    ],
  );
  return rowCount === 1;
}

/** Writes down how a plan line's open request ended. @returns it; null: none is open */
export async function answerRequest(
  client: Client,
  shop: string,
  { orderId, planLineId }: Pick<PlanRequest, "orderId" | "planLineId">,
  given: { answer: RequestAnswer; by: string | null; at: number },
): Promise<PlanRequest | null> {
  const { rows } = await client.query<Row>(
    `UPDATE "PlanRequest" SET "answer" = $4, "answeredBy" = $5, "answeredAt" = $6
      WHERE "shop" = $1 AND "orderId" = $2 AND "planLineId" = $3 AND "answeredAt" IS NULL
      RETURNING ${columns}`,
    [shop, orderId, planLineId, given.answer, given.by, new Date(given.at)],
  );
  return rows[0] ? requestOf(rows[0]) : null;
}

/** The request whose receipt is due first, put off until `untilMs`: whoever fails comes again. */
export async function takeDueReceipt(
  client: Client,
  shop: string,
  now: number,
  untilMs: number,
): Promise<(PlanRequest & { receiptTries: number }) | null> {
  const { rows } = await client.query<Row & { receiptTries: number }>(
    `UPDATE "PlanRequest" SET "receiptDueAt" = $3, "receiptTries" = "receiptTries" + 1
      WHERE "shop" = $1 AND "id" = (
        SELECT "id" FROM "PlanRequest" WHERE "shop" = $1 AND "receiptDueAt" <= $2
         ORDER BY "receiptDueAt" LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING ${columns}, "receiptTries"`,
    [shop, new Date(now), new Date(now + untilMs)],
  );
  const [row] = rows;
  return row ? { ...requestOf(row), receiptTries: row.receiptTries } : null;
}

/** What became of a receipt that was to be mailed. */
export async function noteReceipt(
  client: Client,
  shop: string,
  id: string,
  receipt: Exclude<ReceiptState, "due">,
): Promise<void> {
  await client.query(
    `UPDATE "PlanRequest" SET "receipt" = $3, "receiptDueAt" = NULL
      WHERE "shop" = $1 AND "id" = $2`,
    [shop, id, receipt],
  );
}
