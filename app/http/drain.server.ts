import type { Express } from "express";

/**
 * While the process is ending, every answer closes its connection: a client that would reuse it
 * could find it closed with its request half sent, and goes to another instance instead.
 */
export function refuseKeepAlive(app: Express, ending: AbortSignal): void {
  app.use((_request, response, next) => {
    // decided when the answer begins: the ending may begin while it is being made
    const { writeHead } = response;
    response.writeHead = ((...args: Parameters<typeof writeHead>) => {
      if (ending.aborted) response.setHeader("Connection", "close");
      return writeHead.apply(response, args);
    }) as typeof writeHead;
    next();
  });
}
