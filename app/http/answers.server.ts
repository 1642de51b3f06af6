import type { IncomingMessage, ServerResponse } from "node:http";
import type { Response } from "express";

/** How long the rest of a body that nobody wants may still come, so that its sender sees the answer. */
const lingerMs = 10_000;

/** Answers with a sentence. What is still to come of the request is thrown away, and soon cut off. */
export function answerPlainly(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  sentence: string,
): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(sentence);
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.complete || request.socket.destroy(), lingerMs);
  request.socket.once("close", () => clearTimeout(timer));
}

/** Answers an address that nothing stands at: a page as it is, for it is asked for by whoever scans. */
export function answerNoSuchPage(response: Response): void {
  response
    .status(404)
    .set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    .type("text/html")
    .send(noSuchPage);
}

const noSuchPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hakuna Order Sync</title>
<h1>Page not found</h1>
<p>Open <strong>Hakuna Order Sync</strong> from the Apps list in your Shopify admin.</p>
<p lang="de">Diese Seite gibt es nicht. Öffne <strong>Hakuna Order Sync</strong> in der App-Liste deines Shopify-Admins.</p>
</html>
`;
