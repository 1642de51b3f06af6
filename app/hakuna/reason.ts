import { z } from "zod";
import { storableText } from "#app/foundation/storable-text.ts";
import { parseJson, readAnswerBody } from "./answer-body.ts";
import { codesIn } from "./refusal.ts";
import { withoutCustomer } from "./without-customer.ts";

/** Longest text of Hakuna's own, in characters. */
const longest = 300;
const mostErrors = 5;

const text = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);
const path = z
  .union([z.array(z.union([z.string(), z.number()])).transform((parts) => parts.join(".")), text])
  .optional()
  .catch(undefined);
/** One error of Hakuna's as a text, whichever of the usual shapes it has; "": none that is known. */
export const errorDetail = z.union([
  z.string(),
  z
    .object({ field: path, path, loc: path, property: path, message: text, msg: text, code: text })
    .transform((error) => {
      const where = error.field ?? error.path ?? error.loc ?? error.property;
      const what = error.message ?? error.msg ?? error.code;
      return [where, what].filter((part) => part !== undefined).join(": ");
    }),
]);
const answer = z.object({
  error: z.object({
    error_code: text,
    validation_errors: z.array(errorDetail.catch("")).catch([]).default([]),
  }),
});

/**
 * Why the feed refused, in a short text without customer data: the feed may repeat what it was sent.
 *
 * @param status HTTP status
 * @param body of the answer, normally `{"error": {"error_code", "validation_errors"}}`; of any other
 *   body nothing is repeated
 * @param sent the orders that were sent: their customers' data is cut out
 */
export function refusalReason(status: number, body: string, sent: string): string {
  if (readAnswerBody(body).kind === "page") {
    return `Hakuna's address answered ${status} with a page, not as the feed does.`;
  }
  const parsed = answer.safeParse(parseJson(body));
  const { error_code, validation_errors = [] } = parsed.success ? parsed.data.error : {};
  const words = [error_code, joined(validation_errors)].filter(Boolean).join(": ");
  const said = [error_code ?? "", ...validation_errors];
  // it is long, and most answers have no words
  return withWords(`Hakuna answered ${status}`, words, said, () => parseJson(sent));
}

/**
 * Why the processing refused an order, in the same way.
 *
 * @param errors Hakuna's own words, as `readProcessing` gives them
 * @param sent the orders of the request
 */
export function processingReason(errors: readonly string[], sent: readonly unknown[]): string {
  return withWords("Hakuna could not process the order", joined(errors), errors, () => sent);
}

/** A reason without Hakuna's words but the codes among them: no customer can be in it any more. */
export function withoutWords(reason: string): string {
  const [, start, words = ""] =
    /^(Hakuna answered \d+|Hakuna could not process the order): (.*)$/s.exec(reason) ?? [];
  if (start === undefined) return reason;
  const codes = codesIn(words);
  return codes.length > 0 ? `${start}: ${codes.join("; ")}` : `${start}.`;
}

/** What the transport says of a request that failed. */
export function problemSentence(problem: string): string {
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
}

function joined(errors: readonly string[]): string {
  const found = [...new Set(errors.filter((error) => error !== ""))];
  return [...found.slice(0, mostErrors), ...(found.length > mostErrors ? ["…"] : [])].join("; ");
}

/** The codes among `said`, all that Hakuna said, are kept whatever is cut out of its words. */
function withWords(
  start: string,
  words: string,
  said: readonly string[],
  sent: () => unknown,
): string {
  if (words === "") return `${start}.`;
  const kept = storableText(withoutCustomer(words, sent()));
  const short = kept.length > longest ? `${kept.slice(0, longest - 1)}…` : kept;
  const known = codesIn(short);
  const lost = codesIn(said.join("\n")).filter((code) => !known.includes(code));
  return `${start}: ${[...lost, short].join("; ")}`;
}
