import { PassThrough } from "node:stream";
import {
  type AppLoadContext,
  createReadableStreamFromReadable,
  type EntryContext,
  type HandleErrorFunction,
} from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";

export const streamTimeout = 5_000;

/** Renders a document, with the headers that let Shopify's admin, and nobody else, frame it. */
export default async function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
  { shopify, log }: AppLoadContext,
): Promise<Response> {
  headers.set("Content-Type", "text/html; charset=utf-8");
  headers.set("Content-Security-Policy", "frame-ancestors 'none';");
  shopify.addDocumentResponseHeaders(request, headers);
  const framing = headers.get("Content-Security-Policy");
  headers.set("Content-Security-Policy", `${framing} object-src 'none'; base-uri 'none';`);
  const ready = isbot(request.headers.get("User-Agent")) ? "onAllReady" : "onShellReady";

  return new Promise((resolve, reject) => {
    let answered = false;
    const { pipe, abort } = renderToPipeableStream(
      <RemixServer context={remixContext} url={request.url} />,
      {
        [ready]() {
          answered = true;
          const body = new PassThrough();
          resolve(new Response(createReadableStreamFromReadable(body), { headers, status }));
          pipe(body);
        },
        onShellError: reject,
        onError(error: unknown) {
          // An error before the shell is answered by the promise's rejection.
          if (answered) log.error({ err: error }, "A page could not be rendered whole.");
        },
      },
    );
    setTimeout(abort, streamTimeout + 1_000).unref();
  });
}

/** The path alone: the query of an embedded page holds a session token. */
export const handleError: HandleErrorFunction = (error, { request, context }) => {
  if (request.signal.aborted) return;
  const { pathname: path } = new URL(request.url);
  // such as a method that a page does not take: whoever scans shall not fill the log with errors
  if (isRouteErrorResponse(error) && error.status < 500) {
    return context.log.warn({ status: error.status, path }, "a request was refused");
  }
  context.log.error({ err: error, path }, "A page failed.");
};
