import type { Config } from "./config.server.ts";

/** What a span may say: names of shops, numbers, outcomes; never a customer's data. */
export type SpanAttributes = Record<string, string | number>;

export type Tracing = {
  /**
   * Runs `work` as a span. An error ends the span as failed and is passed on; of it the span bears
   * the name alone, because messages may quote what came from outside.
   *
   * @param work is given a function that adds attributes
   */
  span<T>(
    name: "intake" | "fold" | "deliver",
    attributes: SpanAttributes,
    work: (add: (more: SpanAttributes) => void) => Promise<T>,
  ): Promise<T>;
  /** sends what is left */
  close(): Promise<void>;
};

/** Nothing is traced, and nothing of OpenTelemetry loaded. */
const noTracing: Tracing = {
  span: (_name, _attributes, work) => work(() => undefined),
  close: async () => undefined,
};

/**
 * Traces by OpenTelemetry, sent in batches to the configured collector; headers for it and the
 * share of traces come from OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_HEADERS).
 */
export async function createTracing(
  config: Pick<Config, "OTEL_EXPORTER_OTLP_ENDPOINT">,
): Promise<Tracing> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return noTracing;
  const [{ SpanStatusCode }, { OTLPTraceExporter }, { resourceFromAttributes }, sdk] =
    await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/sdk-trace"),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": "hakuna-order-sync" }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("hakuna-order-sync");
  return {
    async span(name, attributes, work) {
      const span = tracer.startSpan(name, { attributes });
      try {
        return await work((more) => span.setAttributes(more));
      } catch (error) {
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: error instanceof Error ? error.name : "unknown",
        });
        throw error;
      } finally {
        span.end();
      }
    },
    close: () => provider.shutdown(),
  };
}
