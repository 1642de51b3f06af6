import { Agent, buildConnector, type Dispatcher } from "undici";

/** The feed's answer to one request, or how the request failed. */
export type Exchange =
  | {
      result: "answered";
      status: number;
      headers: Dispatcher.ResponseData["headers"];
      body: string;
      /** whether the body came to its end; one above 1 MB is cut and counts as complete */
      complete: boolean;
    }
  /** no connection: nothing was sent */
  | { result: "unsent"; problem: string }
  /** sent, at least in part, and no answer: it may have been taken */
  | { result: "silent"; problem: string };

export type Transport = {
  exchange(request: {
    method: "GET" | "POST";
    url: string;
    headers: Record<string, string>;
    body?: string;
    /** less than the transport's own limit */
    timeoutMs?: number;
  }): Promise<Exchange>;
  close(): Promise<void>;
};

const largestBody = 1024 * 1024;

class ConnectError extends Error {}

/**
 * Requests over kept-alive connections. Never rejects and never follows a redirect.
 *
 * @param longestMs for a whole request, from connecting to the answer's last byte
 */
export function createTransport(longestMs: number): Transport {
  const connect = buildConnector({ timeout: Math.ceil(longestMs / 2) });
  const agent = new Agent({
    headersTimeout: longestMs,
    bodyTimeout: longestMs,
    // whatever fails before there is a connection, DNS and TLS included, fails before sending
    connect: (options, callback) =>
      connect(options, (error, socket) => {
        if (socket) callback(null, socket);
        else callback(new ConnectError("not connected", { cause: error }), null);
      }),
  });
  return {
    async exchange({ method, url, headers, body, timeoutMs = longestMs }) {
      const { origin, pathname } = new URL(url);
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const response = await agent.request({
          origin,
          path: pathname,
          method,
          headers,
          body,
          signal,
        });
        const { statusCode: status } = response;
        return { result: "answered", status, headers: response.headers, ...(await read(response)) };
      } catch (error) {
        if (error instanceof ConnectError) {
          return {
            result: "unsent",
            problem: `no connection to the feed (${codeOf(error.cause)})`,
          };
        }
        const late = signal.aborted;
        const problem = late
          ? `no answer within ${timeoutMs} ms`
          : `the connection broke before the answer (${codeOf(error)})`;
        return { result: "silent", problem };
      }
    },
    close: () => agent.close(),
  };
}

async function read({
  body,
}: Dispatcher.ResponseData): Promise<{ body: string; complete: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let complete = true;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largestBody) break;
    }
  } catch {
    complete = false;
  }
  return { body: Buffer.concat(chunks).subarray(0, largestBody).toString("utf8"), complete };
}

function codeOf(error: unknown): string {
  const { code, name } = Object(error);
  return typeof code === "string" ? code : String(name ?? "unknown");
}
