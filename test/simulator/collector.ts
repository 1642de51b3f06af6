import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { listen } from "./admin/listen.ts";

export type Span = {
  name: string;
  attributes: Record<string, string | number>;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
};

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number };
type Body = {
  resourceSpans: {
    scopeSpans: {
      spans: (Omit<Span, "attributes"> & { attributes: { key: string; value: Value }[] })[];
    }[];
  }[];
};

/** An OpenTelemetry collector that takes traces over HTTP (OTLP in JSON) and keeps them. */
export async function startCollector(): Promise<{
  url: string;
  spans: Span[];
  close(): Promise<void>;
}> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans }: Body = JSON.parse(await text(request));
    for (const span of resourceSpans.flatMap((one) => one.scopeSpans).flatMap((one) => one.spans)) {
      const attributes = span.attributes.map(({ key, value }) => [
        key,
        value.stringValue ?? Number(value.intValue ?? value.doubleValue),
      ]);
      spans.push({ ...span, attributes: Object.fromEntries(attributes) });
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await listen(server, 0);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    spans,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
