import type { ServerResponse } from "node:http";

/**
 * While the process is ending, every answer closes its connection: a client that would reuse it
 * could find it closed with its request half sent, and goes to another instance instead.
 */
export function refuseKeepAlive(response: ServerResponse, ending: AbortSignal): void {
  // decided when the answer begins: the ending may begin while it is being made
  const { writeHead } = response;
  response.writeHead = ((...args: Parameters<typeof writeHead>) => {
    if (ending.aborted) response.setHeader("Connection", "close");
    return writeHead.apply(response, args);
  }) as typeof writeHead;
}
