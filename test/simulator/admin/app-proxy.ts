import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as startRequest,
} from "node:http";
import type { AddressInfo } from "node:net";
import { listen } from "./listen.ts";

/**
 * Stands between an ordinary browser and the app, so that people can open the app in the stand-in
 * admin: the addresses of App Bridge and of Shopify's fonts become the stand-ins' in pages and
 * scripts, and the admin's origin is added to `frame-ancestors`. Other bodies and WebSockets pass as
 * they are, and so does the Host header.
 */
export async function startAppProxy(options: {
  port: number;
  appUrl: string;
  adminUrl: string;
}): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(options.appUrl);

  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const standIn = standIns.find(({ path }) => path === url);
    if (standIn) {
      response.writeHead(200, { "Content-Type": standIn.type }).end(standIn.body());
      return;
    }
    const asked = startRequest(
      { hostname, port, method, path: url, headers: { ...headers, "accept-encoding": "identity" } },
      (answer) => {
        const changed = changeHeaders(answer.headers);
        if (!/^(text\/html|\w+\/javascript)/.test(answer.headers["content-type"] ?? "")) {
          response.writeHead(answer.statusCode ?? 502, changed);
          answer.pipe(response);
          return;
        }
        readText(answer).then(
          (text) => {
            delete changed["content-length"];
            delete changed["transfer-encoding"];
            response.writeHead(answer.statusCode ?? 502, changed).end(bringStandIns(text));
          },
          () => response.destroy(),
        );
      },
    );
    asked.on("error", () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end("The app does not answer.");
    });
    request.pipe(asked);
  });

  server.on("upgrade", (request, socket, head) => {
    const { method, url, headers } = request;
    const asked = startRequest({ hostname, port, method, path: url, headers });
    asked.on("upgrade", (answer, appSocket, appHead) => {
      const lines = answer.rawHeaders.flatMap((text, index) =>
        index % 2 === 0 ? [`${text}: ${answer.rawHeaders[index + 1]}`] : [],
      );
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
      appSocket.write(head);
      socket.write(appHead);
      appSocket.pipe(socket).pipe(appSocket);
      appSocket.on("error", () => socket.destroy());
      socket.on("error", () => appSocket.destroy());
    });
    asked.on("error", () => socket.destroy());
    asked.end();
  });

  /** `Link` preloads the real App Bridge; the policy allows only Shopify's own admin. */
  function changeHeaders({ link: _, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
    const policy = headers["content-security-policy"];
    if (typeof policy !== "string") return headers;
    return {
      ...headers,
      "content-security-policy": policy.replace(
        /frame-ancestors (?!'none')/,
        `frame-ancestors ${options.adminUrl} `,
      ),
    };
  }

  await listen(server, options.port);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** What stands in for Shopify's CDN, at the proxy's own origin. */
const standIns = [
  {
    address: "https://cdn.shopify.com/shopifycloud/app-bridge.js",
    path: "/stand-in/app-bridge.js",
    type: "text/javascript",
    body: () => readFileSync(new URL("./app-bridge.js", import.meta.url)),
  },
  {
    address: "https://cdn.shopify.com/static/fonts/inter/v4/styles.css",
    path: "/stand-in/fonts.css",
    type: "text/css",
    body: () => "",
  },
];

/** Only addresses change: a tag that is missing would break React's hydration. */
function bringStandIns(text: string): string {
  return standIns.reduce((changed, { address, path }) => changed.replaceAll(address, path), text);
}

async function readText(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
