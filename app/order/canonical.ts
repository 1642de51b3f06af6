/** JSON with sorted keys, so that equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  let text = "";
  if (Array.isArray(value)) {
    for (const member of value) text += `,${canonicalJson(member)}`;
    return `[${text.slice(1)}]`;
  }
  const members = value as Record<string, unknown>;
  // by code units, as `compareText`
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member !== undefined) text += `,${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text.slice(1)}}`;
}

/** Which text goes first, by code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares ids as integers, beyond 2^53 too: of digits without leading zeros the longer is larger. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}
