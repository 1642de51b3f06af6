/**
 * JSON.parse that loses no digit: an integer beyond 2^53 comes out as its own text. Shopify's ids
 * are JSON numbers that may exceed it.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseExactJson(text: string): unknown {
  // most payloads hold no such number, and a reviver makes the parse several times as slow
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]);
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined)
    return value;
  return /^-?\d+$/.test(source) ? source : value;
}
