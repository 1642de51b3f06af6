import type { RequestHandler } from "express";
import type { Metrics } from "#app/foundation/metrics.server.ts";
import { answerPlainly } from "./answers.server.ts";

/** How long a page may hold its place: a slow reader must not keep others out. */
const longestMs = 10_000;
/** For each page that is under way so many may wait. */
const waitingForEach = 4;

/**
 * Has so many pages under way at most, from their loaders to their last byte: each takes milliseconds
 * in which nothing else happens, and webhooks are to be answered between them. More wait their turn;
 * where too many do, the answer is 503.
 */
export function boundRenders(most: number, metrics: Pick<Metrics, "page">): RequestHandler {
  let rendering = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    rendering -= 1;
    waiting.shift()?.();
  };
  return (request, response, next) => {
    const begin = () => {
      // who waited may have gone
      if (response.destroyed) return waiting.shift()?.();
      rendering += 1;
      metrics.page("rendered");
      let isHere = true;
      const end = () => {
        clearTimeout(timer);
        if (isHere) leave();
        isHere = false;
      };
      const timer = setTimeout(end, longestMs).unref();
      response.once("close", end);
      next();
    };
    if (rendering < most) return begin();
    if (waiting.length < most * waitingForEach) return void waiting.push(begin);
    metrics.page("refused");
    response.set("Retry-After", "1");
    answerPlainly(request, response, 503, "Too many pages are asked for. Try again in a moment.");
  };
}
