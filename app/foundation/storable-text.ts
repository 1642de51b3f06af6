/**
 * The text without NUL characters and lone surrogates: PostgreSQL refuses both, so that a text which
 * holds one could not be recorded, however often it is tried.
 */
export function storableText(text: string): string {
  return text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "");
}
