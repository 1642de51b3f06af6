import type { ErrorRequestHandler, Request, RequestHandler } from "express";
import type { Logger } from "#app/foundation/log.server.ts";
import type { Address } from "./addresses.server.ts";
import { answerNoSuchPage, answerPlainly } from "./answers.server.ts";

const methods = ["GET", "HEAD", "POST", "OPTIONS"];
const host = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/**
 * Refuses what neither a browser nor Shopify sends, before Remix trips over it: each with a 4xx and a
 * line in the log. An address at which nothing stands is answered without one, or whoever scans
 * would fill the log.
 *
 * @param addressOf see `addressesOf`
 */
export function refuseOdd(
  addressOf: (path: string) => Promise<Address | null> | Address | null,
  log: Logger,
): RequestHandler {
  return async (request, response, next) => {
    try {
      const odd = oddityOf(request);
      const refuse = (status: number, reason: string) => {
        log.warn({ status, method: request.method, path: pathOf(request) }, reason);
        answerPlainly(request, response, status, "This cannot be answered.");
      };
      if (odd) return refuse(odd.status, odd.reason);
      const address = await addressOf(request.path);
      if (address === null) return answerNoSuchPage(response);
      if (!address.takesOtherOrigins && isForeign(request)) {
        return refuse(403, "a request from another site was refused");
      }
      response.locals.address = address;
      next();
    } catch (error) {
      next(error);
    }
  };
}

/** What stands at the request's address, once `refuseOdd` has let it pass. */
export function addressAt(response: { locals: { address?: Address } }): Address | undefined {
  return response.locals.address;
}

type Oddity = { status: number; reason: string };

function oddityOf(request: Request): Oddity | null {
  const { method, headers, originalUrl, query } = request;
  if (!methods.includes(method)) {
    return { status: 405, reason: "a request with a method that is not taken was refused" };
  }
  const named = [headers.host, firstOf(headers["x-forwarded-host"])];
  const scheme = firstOf(headers["x-forwarded-proto"]);
  if (
    named.some((one) => one !== undefined && !(host.test(one) && URL.canParse(`http://${one}`))) ||
    (scheme !== undefined && !/^https?$/i.test(scheme)) ||
    headers.host === undefined
  ) {
    return { status: 400, reason: "a request with an odd host was refused" };
  }
  if (!isReadable(originalUrl)) {
    return { status: 400, reason: "a request with an unreadable address was refused" };
  }
  // Remix's data requests of before: nothing of the app asks so
  if ("_data" in query) {
    return { status: 400, reason: "a request in an old form was refused" };
  }
  return null;
}

/** Whether its escapes are whole, and none stands for NUL, which no text of the database can hold. */
function isReadable(address: string): boolean {
  try {
    const [path = "", search = ""] = address.split(/\?(.*)/s);
    const text = decodeURIComponent(path) + decodeURIComponent(search.replace(/\+/g, " "));
    return !text.includes("\0") && address.startsWith("/") && !address.startsWith("//");
  } catch {
    return false;
  }
}

/** A form that another site sent: what Remix refuses with an error of its own. */
function isForeign({ method, headers }: Request): boolean {
  if (method !== "POST" || headers.origin === undefined) return false;
  const own = firstOf(headers["x-forwarded-host"]) ?? headers.host;
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== own;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return [header].flat()[0]?.split(",")[0]?.trim();
}

/** Of the address, what may be logged: its query holds session tokens. */
function pathOf(request: Request): string {
  return (request.originalUrl.split("?")[0] ?? "").slice(0, 200);
}

/** The last resort: what went wrong is told to the log, not to standard error, as Express does. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  // Express tells it by its four parameters
  return (error, request, response, _next) => {
    const status = statusOf(error);
    if (status === 500) log.error({ err: error, path: pathOf(request) }, "a request failed");
    else log.warn({ status, path: pathOf(request) }, "a request was refused");
    if (response.headersSent) return void response.destroy();
    if (status === 404) return answerNoSuchPage(response);
    const words =
      status === 500 ? "It went wrong. Try again in a moment." : "This cannot be answered.";
    answerPlainly(request, response, status, words);
  };
}

/** The HTTP status that Express and its parts give their errors, where it is the sender's fault. */
function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === "number" && status >= 400 && status < 500 ? status : 500;
}
