import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type Behavior, createFaults, type Fault } from "./behavior.ts";
import { contractErrors, type FeedState } from "./contract.ts";
import { Offers } from "./offers.ts";

export type Environment = "sandbox" | "production";

/** A state of an order that the feed took in. */
export type Accepted = {
  order: FeedState;
  /** epoch milliseconds */
  at: number;
  environment: Environment;
  /** whose account it is in */
  apiKey: string;
  idempotencyKey: string | null;
};

export type Seen = {
  method: string;
  path: string;
  environment: Environment;
  apiKey: string | null;
  /** the version of the API that was asked for */
  version: string | null;
  idempotencyKey: string | null;
  orderIds: string[];
  status: number | null;
  at: number;
};

export type Hakuna = {
  url: string;
  apiKeys: Record<Environment, string[]>;
  /** every request, in the order in which it came */
  requests: Seen[];
  /** every fault that was shown, in order; of late answers those that nobody waited for any more */
  faults: Fault[];
  /** what no correct app does */
  violations: string[];
  /** all states of an order that were taken in, in order */
  states(orderId: string): Accepted[];
  last(orderId: string): FeedState | null;
  orderIds(): string[];
  behave(behavior: Behavior): void;
  /** the Offers API: what was asked of it and how it behaves */
  offers: Offers;
  onAccepted(listener: (accepted: Accepted) => void): void;
  /**
   * A request with orders is there: it is taken in, or fails, when the listener's promise resolves.
   * Where the listener answers null, it is called with the next one.
   */
  onceAsked(listener: (seen: Seen) => Promise<unknown> | null): void;
  close(): Promise<void>;
};

/**
 * Hakuna's Order feed as its public pages describe it, as a real server: strict about the contract,
 * misbehaving on demand, remembering every state it took in.
 */
export async function startHakuna(
  options: { port?: number; apiKeys?: Record<Environment, string[]> } = {},
): Promise<Hakuna> {
  const apiKeys = options.apiKeys ?? { sandbox: ["sk_test_demo"], production: ["sk_live_demo"] };
  const requests: Seen[] = [];
  const faults: Fault[] = [];
  const violations: string[] = [];
  const history = new Map<string, Accepted[]>();
  const byKey = new Map<string, { bytes: string; requestId: string | null }>();
  const processing = new Map<string, { orders: string[]; polls: number }>();
  const offers = new Offers();
  const listeners: ((accepted: Accepted) => void)[] = [];
  const asked: ((seen: Seen) => Promise<unknown> | null)[] = [];
  /** of requests that get no answer */
  const silent: { response: ServerResponse; isMeant: (behavior: Behavior) => boolean }[] = [];
  let behavior: Behavior = {};
  let nextFault = createFaults(behavior);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://feed");
    const environment: Environment = pathname.startsWith("/sandbox/") ? "sandbox" : "production";
    const path = pathname.replace(/^\/sandbox/, "");
    const idempotencyKey = header(request, "hakuna-idempotency-key");
    const key =
      header(request, "bearer") ??
      header(request, "authorization")?.replace(/^Bearer /, "") ??
      null;
    const body = (await buffer(request)).toString("utf8");
    const seen: Seen = {
      method: request.method ?? "",
      path: pathname,
      environment,
      apiKey: key,
      version: header(request, "hakuna-version"),
      idempotencyKey,
      orderIds: [],
      status: null,
      at: Date.now(),
    };
    requests.push(seen);
    const send = (status: number, json?: unknown) => {
      seen.status = status;
      response.statusCode = status;
      response.end(json === undefined ? "" : JSON.stringify(json));
    };
    if (behavior.between) {
      const { status, body, type = "text/html", location } = behavior.between;
      seen.status = status;
      const headers = { "content-type": type, ...(location && { location }) };
      return void response.writeHead(status, headers).end(body);
    }
    if (behavior.down) return send(503, failure("maintenance"));
    const beSilent = (isMeant: (behavior: Behavior) => boolean) =>
      void silent.push({ response, isMeant });
    const isDead = ({ silentTo }: Behavior) => key !== null && silentTo?.includes(key) === true;
    if (isDead(behavior)) return beSilent(isDead);
    if (!key || !apiKeys[environment].includes(key)) return send(401, failure("unauthorized"));
    const status = /^\/feeds\/order\/([^/]+)$/.exec(path);
    if (status?.[1] && request.method === "GET") {
      if (behavior.statusFails === "silent") {
        return beSilent(({ statusFails }) => statusFails === "silent");
      }
      if (behavior.statusFails === "unavailable") return send(503, failure("maintenance"));
      if (behavior.statusFails === "refused") return send(403, failure("forbidden"));
      return processingStatus(status[1], send);
    }
    if (path === "/offers" && request.method === "POST") {
      const fault = nextFault();
      if (fault && (await show(fault, response, send))) return;
      const answered = offers.answer(parsed(body), idempotencyKey);
      violations.push(...answered.violations);
      if (fault?.kind === "drop_after") return void response.destroy();
      return send(answered.status, answered.body);
    }
    if (path !== "/feeds/order" || request.method !== "POST")
      return send(404, failure("not_found"));

    let orders: FeedState[];
    try {
      orders = JSON.parse(body);
    } catch {
      return send(400, failure("invalid_json"));
    }
    const errors = contractErrors(orders);
    if (!errors.length) seen.orderIds = orders.map(({ id }) => id);
    for (const listener of orders.length > 0 ? [...asked] : []) {
      const held = listener(seen);
      if (held) asked.splice(asked.indexOf(listener), 1);
      await held;
    }
    const fault = orders.length > 0 ? nextFault() : null;
    if (fault && fault.kind !== "late_answer") faults.push(fault);
    if (fault && (await show(fault, response, send))) return;
    if (errors.length > 0) {
      violations.push(...errors);
      return send(400, failure("validation_failed", errors));
    }
    const refused = orders.find(({ id }) => behavior.refuseOrders?.includes(id));
    const { refusal, refusalCode = "validation_failed" } = behavior;
    if (refused) return send(400, failure(refusalCode, [`/${refused.id}: refused`]));
    if (orders.some(({ id }) => refusal?.orders.includes(id))) {
      return send(400, failure(refusal?.code ?? "", refusal?.errors));
    }
    const origin = { environment, apiKey: key, idempotencyKey };
    if (fault?.kind === "late") {
      const late = "until" in fault ? fault.until : sleep(fault.ms);
      late.then(() => takeIn(orders, origin, body));
      return send(504, failure("gateway_timeout"));
    }
    const requestId = takeIn(orders, origin, body);
    if (fault?.kind === "drop_after") return void response.destroy();
    if (fault?.kind === "late_answer") {
      await sleep(fault.ms);
      if (request.socket.destroyed) faults.push(fault);
    }
    if (fault?.kind === "half_answer") {
      response.writeHead(202, { "content-length": "100" });
      response.write('{"request_');
      return void setTimeout(() => response.destroy(), 5);
    }
    if (requestId === null) send(202);
    else send(202, { request_id: requestId });
  }

  /** Whether the fault was the whole answer. */
  async function show(
    fault: Fault,
    response: ServerResponse,
    send: (status: number, json?: unknown) => void,
  ): Promise<boolean> {
    if (fault.kind === "slow") await sleep(fault.ms);
    if (fault.kind === "held") await fault.until;
    if (fault.kind === "drop") response.destroy();
    if (fault.kind === "status") {
      if (fault.retryAfter) response.setHeader("retry-after", fault.retryAfter);
      if (fault.location) response.setHeader("location", fault.location);
      if (fault.html === undefined) send(fault.status, failure("misbehaving"));
      else {
        response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.html);
      }
    }
    return fault.kind === "drop" || fault.kind === "status";
  }

  function takeIn(
    orders: FeedState[],
    origin: Pick<Accepted, "environment" | "apiKey" | "idempotencyKey">,
    bytes: string,
  ): string | null {
    const { idempotencyKey } = origin;
    const repeated = idempotencyKey === null ? undefined : byKey.get(idempotencyKey);
    if (repeated) {
      if (repeated.bytes !== bytes) violations.push("an idempotency key was used for other bytes");
      return repeated.requestId;
    }
    if (idempotencyKey === null && orders.length > 0) violations.push("no idempotency key");
    const requestId = behavior.requestIds ? `req-${randomUUID()}` : null;
    if (idempotencyKey !== null) byKey.set(idempotencyKey, { bytes, requestId });
    if (requestId !== null) {
      processing.set(requestId, { orders: orders.map(({ id }) => id), polls: 0 });
    }
    for (const order of orders) {
      const accepted = { order, at: Date.now(), ...origin };
      history.set(order.id, [...(history.get(order.id) ?? []), accepted]);
      for (const listener of listeners) listener(accepted);
    }
    return requestId;
  }

  function processingStatus(id: string, send: (status: number, json?: unknown) => void) {
    const found = processing.get(id);
    if (!found) return send(404, failure("not_found"));
    found.polls += 1;
    if (found.polls <= (behavior.pollsUntilDone ?? 0)) {
      return send(200, { processing_status: "in_progress", failed_orders: [], statuses: [] });
    }
    if (behavior.processing) return send(200, behavior.processing(found.orders));
    const { failProcessing } = behavior;
    const failed = found.orders.filter((order) => failProcessing?.orders.includes(order));
    send(200, {
      processing_status: "done",
      failed_orders: failed,
      statuses: found.orders.map((order_id) => ({
        order_id,
        status: failed.includes(order_id) ? "failed" : "successful",
        errors: failed.includes(order_id) ? [failProcessing?.error] : [],
      })),
    });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKeys,
    requests,
    faults,
    violations,
    offers,
    states: (orderId) => history.get(orderId) ?? [],
    last: (orderId) => history.get(orderId)?.at(-1)?.order ?? null,
    orderIds: () => [...history.keys()],
    behave(next) {
      for (const one of silent.splice(0)) {
        if (one.isMeant(next)) silent.push(one);
        else one.response.destroy();
      }
      behavior = next;
      nextFault = createFaults(next);
    },
    onAccepted: (listener) => listeners.push(listener),
    onceAsked: (listener) => asked.push(listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}

function failure(code: string, errors: string[] = []) {
  return { error: { error_code: code, validation_errors: errors } };
}
