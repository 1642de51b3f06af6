/**
 * The codes that Hakuna names for a refusal, as `error_code` or in the words of a processing
 * status. Others may come: their words are shown as they are.
 */
export const refusalCodes = [
  "invalid_request_parameters",
  "product_unsupported",
  "country_unsupported",
  "saleschannel_unsupported",
  "location_unsupported",
  "incorrect_saleschannel",
  "cancel_decline",
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** As words they may be set apart, stand in another form and behind a prefix: err_cancel_declined. */
const patterns = refusalCodes.map((code) => {
  const words = code
    .replace("saleschannel", "sales_channel")
    .replace(/decline$/, "declined?")
    .replaceAll("_", "[\\s_-]?");
  return { code, pattern: new RegExp(`(?<![\\p{L}\\p{N}])${words}(?![\\p{L}\\p{N}_])`, "iu") };
});

/** The codes in Hakuna's words, alone or among others, however they are joined and written. */
export function codesIn(words: string): RefusalCode[] {
  return patterns.filter(({ pattern }) => pattern.test(words)).map(({ code }) => code);
}
