import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { onUnknownWord, type UnknownWord } from "#app/foundation/unknown-words.ts";
import { createFeedClient, type FeedClient } from "./client.ts";

const to = { environment: "production", apiKey: "sk_live_abc" } as const;
const orders = JSON.stringify([
  {
    id: "1",
    customer: { first_name: "Max", last_name: "Mustermann", email: "max@example.com", phone: "" },
    customer_billing_address: { address_line_1: "Gasse 1", city: "Wien", country: "at" },
  },
]);

type Seen = { request: IncomingMessage; body: string };
type Answer = (response: ServerResponse, seen: Seen) => void;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A feed that answers as told, and a client of it. */
async function feed(answer: Answer, options: { timeoutMs?: number; version?: string } = {}) {
  const seen: Seen[] = [];
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    let body = "";
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      seen.push({ request, body });
      answer(response, { request, body });
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client: FeedClient = createFeedClient({ baseUrl, timeoutMs: 20_000, ...options });
  undo.push(
    () => server.closeAllConnections(),
    () => server.close(),
    () => client.close(),
  );
  return { client, seen, sockets };
}

const says =
  (status: number, body: unknown = "", headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));

describe("send", () => {
  test("posts the bytes with both key headers, the idempotency key and no version", async () => {
    const { client, seen } = await feed(says(202));
    const answer = await client.send(to, orders, "key-1");
    expect(answer).toMatchObject({ kind: "accepted", httpStatus: 202, requestId: null });
    expect(answer.durationMs).toBeGreaterThanOrEqual(0);
    const [{ request, body } = { request: {} as IncomingMessage, body: "" }] = seen;
    expect(request.method).toBe("POST");
    expect(request.url).toBe("/feeds/order");
    expect(body).toBe(orders);
    expect(request.headers).toMatchObject({
      bearer: "sk_live_abc",
      authorization: "Bearer sk_live_abc",
      "content-type": "application/json",
      "hakuna-idempotency-key": "key-1",
    });
    expect(request.headers).not.toHaveProperty("hakuna-version");
  });

  test("the sandbox is below /sandbox; a version is sent when one is set", async () => {
    const { client, seen } = await feed(says(202), { version: "v1.2" });
    await client.send({ ...to, environment: "sandbox" }, orders, "key-1");
    expect(seen[0]?.request.url).toBe("/sandbox/feeds/order");
    expect(seen[0]?.request.headers["hakuna-version"]).toBe("v1.2");
  });

  test("keeps connections for later requests", async () => {
    const { client, seen, sockets } = await feed(says(202));
    for (let count = 1; count <= 10; count += 1) await client.send(to, orders, `${count}`);
    expect(seen).toHaveLength(10);
    // a second one where the first is not quite done with an answer yet
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test.each([
    [{ request_id: "req-1a" }, "req-1a"],
    [{ requestId: "req-1b" }, "req-1b"],
    [{ id: "req-1c" }, "req-1c"],
    [{ id: "ord-1" }, null],
    [{ request_id: 5, id: "req-1d" }, "req-1d"],
    [{ request_id: "req-1e", error: { error_code: "late" } }, "req-1e"],
    [{ error: null }, null],
    ["req-1f", "req-1f"],
    ['"req-1g"', "req-1g"],
    ["", null],
    [" \n", null],
    ["null", null],
  ])("2xx with %j: accepted, request %s", async (body, requestId) => {
    const { client } = await feed(says(200, body));
    expect(await client.send(to, orders, "k")).toMatchObject({ kind: "accepted", requestId });
  });

  test.each([
    ["a login page", 200, "<!DOCTYPE html><title>Sign in</title>"],
    ["a page beside 202", 202, "<html>Accepted</html>"],
    ["a captive portal's greeting", 200, "Welcome to our free WLAN"],
    ["a word", 202, "accepted"],
    ["what only resembles an id", 202, "req-1 <b>2</b>"],
    ["half a JSON", 202, '{"request_id": "req-1'],
    ["a gateway's error beside 200", 200, { error: "not signed in" }],
  ])("%s is no acceptance, but a wrong address", async (_what, status, body) => {
    const { client } = await feed(says(status, body, { "Content-Type": "text/html" }));
    expect(await client.send(to, orders, "k")).toMatchObject({
      kind: "wrong_address",
      httpStatus: status,
      reason: expect.stringMatching(
        typeof body === "string"
          ? /^Hakuna's address answered 20\d with a page, not as the feed does\.$/
          : /^Hakuna answered 200\.$/,
      ),
    });
  });

  test("a refusal of the feed's beside 200 is a refusal", async () => {
    const { client } = await feed(says(200, { error: { error_code: "product_unsupported" } }));
    expect(await client.send(to, orders, "k")).toMatchObject({
      kind: "invalid",
      reason: "Hakuna answered 200: product_unsupported",
    });
  });

  test.each([
    [400, "invalid"],
    [409, "invalid"],
    [413, "invalid"],
    [422, "invalid"],
    [401, "key_refused"],
    [403, "key_refused"],
    [404, "wrong_address"],
    [405, "wrong_address"],
    [410, "wrong_address"],
    [421, "wrong_address"],
    [302, "wrong_address"],
    [301, "wrong_address"],
    [307, "wrong_address"],
    [407, "unavailable"],
    [408, "unanswered"],
    [425, "unavailable"],
    [429, "unavailable"],
    [500, "unanswered"],
    [503, "unanswered"],
    [511, "unanswered"],
  ])("%i is %s", async (status, kind) => {
    const { client, seen } = await feed(says(status, "", { Location: "/elsewhere" }));
    expect(await client.send(to, orders, "k")).toMatchObject({ kind, httpStatus: status });
    expect(seen).toHaveLength(1);
  });

  test("Retry-After is read as seconds and as a date", async () => {
    const soon = new Date(Date.now() + 3_600_000).toUTCString();
    const headers = ["7", soon, "soon"];
    const { client } = await feed((response, seen) =>
      says(429, "", { "Retry-After": headers.shift() ?? "" })(response, seen),
    );
    expect(await client.send(to, orders, "k")).toMatchObject({ retryAfterMs: 7000 });
    const answer = await client.send(to, orders, "k");
    expect(answer.kind === "unavailable" && answer.retryAfterMs).toBeGreaterThan(3_000_000);
    expect(await client.send(to, orders, "k")).toMatchObject({ retryAfterMs: null });
  });

  test("a refusal tells the feed's code and fields", async () => {
    const error = {
      error_code: "invalid_order",
      validation_errors: ["quantity is missing", { loc: [0, "status"], msg: "unknown" }, 5, null],
    };
    const { client } = await feed(says(422, { error }));
    expect(await client.send(to, orders, "k")).toMatchObject({
      reason: "Hakuna answered 422: invalid_order: quantity is missing; 0.status: unknown",
    });
  });

  test("a refusal does not repeat the customer, nor a page of a proxy", async () => {
    const error = {
      error_code: "invalid_order",
      validation_errors: ["no MUSTERMANN in Wien, Gasse 1 (max@example.com)"],
    };
    const bodies: unknown[] = [{ error }, "<html>Mustermann</html>"];
    const { client } = await feed((response, seen) => says(400, bodies.shift())(response, seen));
    expect(await client.send(to, orders, "k")).toMatchObject({
      reason: "Hakuna answered 400: invalid_order: no … in …, … (…)",
    });
    expect(await client.send(to, orders, "k")).toMatchObject({
      reason: "Hakuna's address answered 400 with a page, not as the feed does.",
    });
  });

  test("no answer in time: it may have been taken", async () => {
    const { client } = await feed(() => undefined, { timeoutMs: 300 });
    expect(await client.send(to, orders, "k")).toMatchObject({
      kind: "unanswered",
      httpStatus: null,
      reason: "No answer within 300 ms.",
    });
  });

  test("an acceptance whose body never ends: it may have been taken", async () => {
    const { client } = await feed((response) => response.writeHead(202).write('{"request_id":'), {
      timeoutMs: 300,
    });
    expect(await client.send(to, orders, "k")).toMatchObject({
      kind: "unanswered",
      httpStatus: 202,
    });
  });

  test.each([
    ["chunked", {}],
    ["with a length", { "Content-Length": "500" }],
  ])("an acceptance that breaks off, %s: it may have been taken", async (_name, headers) => {
    const { client } = await feed((response) => {
      response.writeHead(202, headers).write('{"request_id": "req-1', () => response.destroy());
    });
    expect(await client.send(to, orders, "k")).toMatchObject({
      kind: "unanswered",
      httpStatus: 202,
    });
  });

  test("a refusal that breaks off is a refusal", async () => {
    const { client } = await feed((response) => {
      response.writeHead(401, { "Content-Length": "500" }).write("{", () => response.destroy());
    });
    expect(await client.send(to, orders, "k")).toMatchObject({ kind: "key_refused" });
  });

  test("a connection dropped after the request: it may have been taken", async () => {
    const { client, seen } = await feed((response) => response.destroy());
    expect(await client.send(to, orders, "k")).toMatchObject({
      kind: "unanswered",
      httpStatus: null,
    });
    expect(seen).toHaveLength(1);
  });

  test("an answer that is no HTTP: it may have been taken", async () => {
    const { client } = await feed((response) => response.socket?.end("hello\r\n\r\n"));
    expect(await client.send(to, orders, "k")).toMatchObject({ kind: "unanswered" });
  });

  test("an endless page is cut, and is no acceptance", async () => {
    const { client } = await feed((response) => {
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      response.writeHead(202);
      more();
    });
    expect(await client.send(to, orders, "k")).toMatchObject({ kind: "wrong_address" });
  });

  test.each(["http://127.0.0.1:1", "http://nowhere.invalid"])(
    "%s cannot be reached: nothing was sent",
    async (baseUrl) => {
      const client = createFeedClient({ baseUrl, timeoutMs: 20_000 });
      undo.push(() => client.close());
      expect(await client.send(to, orders, "k")).toMatchObject({
        kind: "unavailable",
        httpStatus: null,
        retryAfterMs: null,
        reason: expect.stringMatching(/^No connection to the feed \(E\w+\)\.$/),
      });
    },
  );

  test.each(["", "sk live", "sk_live\n", "sk_lïve", "sk_“live”"])(
    "the key %j is refused before a request is made",
    async (apiKey) => {
      const { client, seen } = await feed(says(202));
      const answer = await client.send({ ...to, apiKey }, orders, "k");
      expect(answer).toMatchObject({ kind: "key_refused", httpStatus: null });
      expect(await client.testConnection({ ...to, apiKey })).toMatchObject({ result: "wrong_key" });
      expect(await client.processingStatus({ ...to, apiKey }, "req-1")).toMatchObject({
        kind: "key_refused",
      });
      expect(seen).toHaveLength(0);
    },
  );

  test("one slow feed does not hold up another request", async () => {
    const { client } = await feed((response, seen) => {
      if (seen.request.headers["hakuna-idempotency-key"] === "slow") return;
      says(202)(response, seen);
    });
    const slow = client.send(to, orders, "slow");
    expect(await client.send(to, orders, "quick")).toMatchObject({ kind: "accepted" });
    undo.pop();
    undo.push(
      () => client.close(),
      () => slow,
    );
    undo.reverse();
  });
});

describe("processingStatus", () => {
  const status = async (answer: Answer) =>
    (await feed(answer)).client.processingStatus(to, "req-1/..?");

  test("asks below the feed, with the id escaped", async () => {
    const { client, seen } = await feed(says(404));
    await client.processingStatus({ ...to, environment: "sandbox" }, "req-1/..?");
    expect(seen[0]?.request.method).toBe("GET");
    expect(seen[0]?.request.url).toBe("/sandbox/feeds/order/req-1%2F..%3F");
    expect(seen[0]?.request.headers.bearer).toBe("sk_live_abc");
  });

  test("in progress", async () => {
    const statuses = [{ order_id: "1", status: "failed", errors: ["x"] }];
    expect(await status(says(200, { processing_status: "in_progress", statuses }))).toEqual({
      ...{ kind: "in_progress", failed: [], successful: [] },
    });
    expect(await status(says(200, {}))).toEqual({
      ...{ kind: "in_progress", failed: [], successful: [] },
    });
  });

  test("done, with both lists joined", async () => {
    const statuses = [
      { order_id: "1", status: "successful", errors: [] },
      { order_id: "2", status: "failed", errors: ["Unsupported region", "ask max@example.com"] },
      { order_id: 4, status: "failed" },
      "nonsense",
    ];
    const body = { processing_status: "done", failed_orders: ["2", "3", {}], statuses };
    expect(await status(says(200, body))).toEqual({
      kind: "done",
      failed: [
        { orderId: "2", errors: ["Unsupported region", "ask max@example.com"] },
        { orderId: "3", errors: [] },
        { orderId: "4", errors: [] },
      ],
      unclear: [],
    });
  });

  test("told of single orders, without a word about the whole", async () => {
    const statuses = [
      { order_id: "1", status: "Successful" },
      { order_id: "2", status: "FAILED", errors: ["x"] },
      { order_id: "3", status: "in_progress" },
      { order_id: "4", status: "queued" },
    ];
    expect(await status(says(200, { statuses }))).toEqual({
      ...{ kind: "in_progress", failed: [{ orderId: "2", errors: ["x"] }], successful: ["1"] },
    });
  });

  const code = "product_unsupported";
  test.each<[string, object, string[]]>([
    ["an unknown word with errors", { status: "rejected", errors: [code] }, [code]],
    ["another one", { status: "declined", errors: [code] }, [code]],
    ["no word, with errors", { errors: [code] }, [code]],
    ["no text as the word, with errors", { status: 7, errors: [code] }, [code]],
    ["a success with errors", { status: "successful", errors: [code] }, [code]],
    ["capitals", { status: "FAILED" }, []],
    ["a message", { status: "failed", errors: [{ message: "x" }] }, ["x"]],
    ["a field", { status: "failed", errors: [{ loc: ["a", 0], msg: "x" }, 5, null] }, ["a.0: x"]],
    ["one text", { errors: code }, [code]],
    ["one message", { errors: { code } }, [code]],
    ["an error that cannot be read", { status: "rejected", errors: [{ odd: 1 }] }, []],
    ["a number as an error", { status: "successful", errors: [17] }, []],
  ])("an order with %s has failed", async (_what, entry, errors) => {
    const body = { processing_status: "Done", statuses: [{ order_id: "1", ...entry }] };
    expect(await status(says(200, body))).toEqual({
      ...{ kind: "done", failed: [{ orderId: "1", errors }], unclear: [] },
    });
  });

  test.each([
    { status: "rejected" },
    { status: "declined", errors: [] },
    { status: "accepted", errors: null },
    { status: "in_progress", errors: [""] },
    { status: "queued", errors: {} },
    { status: "queued", errors: 0 },
    {},
  ])("of an order with %j nothing is clear", async (entry) => {
    const body = { processing_status: "done", statuses: [{ order_id: "1", ...entry }] };
    expect(await status(says(200, body))).toEqual({ kind: "done", failed: [], unclear: ["1"] });
  });

  test.each(["completed", "failed", "in_progress", "IN PROGRESS", undefined])(
    "a failed order that is listed counts, where the whole is %j",
    async (processing_status) => {
      const statuses = [{ order_id: "1", status: "failed", errors: ["x"] }];
      const failed = [{ orderId: "1", errors: ["x"] }];
      const body = { processing_status, failed_orders: ["1"], statuses };
      expect(await status(says(200, body))).toMatchObject({ kind: "in_progress", failed });
      expect(await status(says(200, { ...body, statuses: [] }))).toMatchObject({
        ...{ kind: "in_progress", failed: [{ orderId: "1", errors: [] }], successful: [] },
      });
    },
  );

  test("a word that is not known is told once, and what is no word is not repeated", async () => {
    const told: UnknownWord[] = [];
    onUnknownWord((unknown) => told.push(unknown));
    const statuses = [
      "Rejected",
      "rejected",
      "failed",
      "SUCCESSFUL",
      "no Max at m@example.com",
    ].map((one, at) => ({ order_id: at, status: one }));
    const body = { processing_status: "completed", statuses };
    for (let n = 0; n < 3; n += 1) await status(says(200, body));
    expect(told).toEqual([
      { field: "hakuna.processing_status", word: "completed" },
      { field: "hakuna.status", word: "rejected" },
      { field: "hakuna.status", word: "…" },
    ]);
  });

  test.each([
    [404, "", "unknown"],
    [400, "", "unknown"],
    [200, "", "unknown"],
    [200, "[]", "unknown"],
    [401, "", "key_refused"],
    [403, "", "key_refused"],
    [429, "", "unavailable"],
    [500, "", "unavailable"],
  ])("%i with %j is %s", async (code, body, kind) => {
    expect(await status(says(code, body))).toMatchObject({ kind });
  });

  test("an answer that breaks off is read again later", async () => {
    const answer = await status((response) => {
      response.writeHead(200).write("{", () => response.destroy());
    });
    expect(answer).toMatchObject({ kind: "unavailable", retryAfterMs: null });
  });
});

describe("testConnection", () => {
  type Said = [status: number, body?: unknown];
  const answers = (get: Said, post: Said): Answer => {
    return (response, seen) =>
      says(...(seen.request.method === "GET" ? get : post))(response, seen);
  };
  const page = "<!DOCTYPE html><title>Sign in</title>";

  test.each([
    [404, 202, "works"],
    [404, 400, "works"],
    [200, 422, "works"],
    [401, 202, "wrong_key"],
    [403, 202, "wrong_key"],
    [404, 401, "wrong_key"],
    [500, 202, "unreachable"],
    [404, 503, "unreachable"],
    [429, 202, "unreachable"],
    [404, 408, "unreachable"],
    [404, 415, "unreachable"],
    [404, 429, "unreachable"],
    [407, 202, "unreachable"],
    [302, 302, "wrong_address"],
    [404, 302, "wrong_address"],
    [404, 404, "wrong_address"],
    [405, 202, "works"],
    [405, 405, "wrong_address"],
    [410, 410, "wrong_address"],
    [404, 204, "works"],
  ])("%i to the question and %i to no orders: %s", async (get, post, result) => {
    const { client, seen } = await feed(answers([get], [post]));
    const test = await client.testConnection(to);
    expect(test.result).toBe(result);
    expect(test.detail).toMatch(/^Hakuna answered \d+\.$/);
    if (result === "works") expect(seen[1]?.body).toBe("[]");
  });

  test.each<[string, Said, Said, string]>([
    ["the feed's own words", [404, { error: {} }], [400, { error: {} }], "works"],
    ["a request id", [404], [202, { request_id: "req-1" }], "works"],
    ["a request id as text", [404], [200, "req-1"], "works"],
    ["the feed that answers 2xx with JSON", [404], [200, { received: 0 }], "works"],
    ["a refusal beside 200", [404], [200, { error: { error_code: "empty" } }], "works"],
    ["a feed without statuses behind Express", [404, page], [202], "works"],
    ["a page for everything", [200, page], [200, page], "wrong_address"],
    ["a page for orders", [404], [200, page], "wrong_address"],
    ["a page that is not found", [404, page], [404, page], "wrong_address"],
    ["a page that says 400", [404, page], [400, page], "wrong_address"],
    ["text", [404], [202, "OK"], "wrong_address"],
    ["a gateway that greets everybody", [200, { ok: true }], [200, { ok: true }], "wrong_address"],
    ["a gateway's error beside 200", [404], [200, { error: "no route" }], "wrong_address"],
    ["a portal", [511, page], [511, page], "unreachable"],
    ["a page of a wall", [403, page], [202], "wrong_key"],
  ])("%s", async (_what, get, post, result) => {
    const { client } = await feed(answers(get, post));
    expect((await client.testConnection(to)).result).toBe(result);
  });

  test("tells of a page as such", async () => {
    const { client } = await feed(says(200, page));
    expect(await client.testConnection(to)).toEqual({
      result: "wrong_address",
      detail: "Hakuna's address answered 200 with a page, not as the feed does.",
    });
  });

  test("nobody there", async () => {
    const client = createFeedClient({ baseUrl: "http://127.0.0.1:1", timeoutMs: 20_000 });
    undo.push(() => client.close());
    expect(await client.testConnection(to)).toEqual({
      result: "unreachable",
      detail: "No connection to the feed (ECONNREFUSED).",
    });
  });
});
