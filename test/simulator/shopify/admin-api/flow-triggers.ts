import { readdirSync, readFileSync } from "node:fs";
import { parse } from "toml";

type Payload = Record<string, unknown>;
export type FlowEvent = { handle: string; payload: Payload };

type Field = { type: string; key?: string };

/** Handle → the fields that its extension declares. */
const triggers = new Map<string, Field[]>(
  readdirSync(new URL("../../../../extensions/", import.meta.url))
    .filter((name) => name.startsWith("flow-"))
    .map((name) => {
      const file = new URL(
        `../../../../extensions/${name}/shopify.extension.toml`,
        import.meta.url,
      );
      const { extensions, settings } = parse(readFileSync(file, "utf8"));
      return [extensions[0].handle, settings.fields];
    }),
);

/** A reference is told by the numeric id; https://shopify.dev/docs/apps/build/flow/triggers/reference */
const references: Record<string, string> = { order_reference: "order_id" };

/** Starts workflows, where the payload is what the trigger's extension declares. */
export function flowTriggers(told: FlowEvent[]): object {
  const refused = (field: string, message: string) => ({
    userErrors: [{ field: [field], message }],
  });
  return {
    flowTriggerReceive({ handle, payload }: { handle: string; payload: Payload }) {
      const fields = triggers.get(handle);
      if (!fields) return refused("handle", `Invalid handle '${handle}'`);
      const kinds = new Map(
        fields.map(({ type, key }) => [references[type] ?? key ?? "", type] as const),
      );
      for (const [name, type] of kinds) {
        const value = payload[name];
        const isNumber = type === "number_decimal" || type in references;
        const is = typeof value === "bigint" ? "number" : typeof value;
        if (is !== (isNumber ? "number" : "string")) {
          return refused("payload", `Errors validating schema: ${name} is not a ${type}`);
        }
      }
      const [unknown] = Object.keys(payload).filter((name) => !kinds.has(name));
      if (unknown) return refused("payload", `Errors validating schema: unknown field ${unknown}`);
      told.push({ handle, payload });
      return { userErrors: [] };
    },
  };
}
