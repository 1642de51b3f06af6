import { createHash } from "node:crypto";
import type pg from "pg";

/** So many texts are named, and so many are remembered that were seen once. */
const mostTexts = 100;

/**
 * A client that gives what pg-boss asks again and again a name, so that the database plans it once
 * for each connection and not each time. Asking for jobs has none: the plan that is good for an
 * empty table would be kept when many are queued.
 */
export function namingRepeated(Client: typeof pg.Client): typeof pg.Client {
  const names = new Map<string, string>();
  const seen = new Set<string>();

  function nameOf(text: string): string | undefined {
    const name = names.get(text);
    if (name !== undefined || names.size >= mostTexts || !mayBeNamed(text)) return name;
    if (!seen.has(text)) {
      if (seen.size >= mostTexts) seen.clear();
      seen.add(text);
      return undefined;
    }
    seen.delete(text);
    const made = `queue-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    names.set(text, made);
    return made;
  }

  return class extends Client {
    // the overloads of pg's own
    // biome-ignore lint/suspicious/noExplicitAny: what comes in goes on as it is
    override query(...args: any[]): any {
      const [text, values, ...others] = args;
      if (typeof text !== "string" || !Array.isArray(values)) {
        return super.query(...(args as [string]));
      }
      const name = nameOf(text);
      if (name === undefined) return super.query(...(args as [string]));
      return super.query(...([{ name, text, values }, ...others] as unknown as [string]));
    }
  };
}

/** Several statements in one cannot be prepared. */
function mayBeNamed(text: string): boolean {
  return !text.includes(";") && !text.includes("SKIP LOCKED");
}
