import { z } from "zod";

/** Who wrote the body of an answer, as far as it can be told. */
export type AnswerBody =
  | { kind: "empty" }
  /** the feed's, or a gateway's that speaks JSON too */
  | { kind: "json"; value: unknown }
  /** an id alone, as text */
  | { kind: "request_id"; id: string }
  /** nothing that the feed writes: a login page, a proxy's error, a captive portal, a greeting */
  | { kind: "page" };

const requestId = /^req-[\w-]{1,100}$/;
const id = z.string().regex(requestId).optional().catch(undefined);
const acceptance = z.object({ request_id: id, requestId: id, id });
const failure = z.object({ error: z.union([z.object({}), z.string().min(1), z.literal(true)]) });

/** Reads an answer's body. What it is decides, not the type that its header names. */
export function readAnswerBody(body: string): AnswerBody {
  const text = body.trim();
  if (text === "") return { kind: "empty" };
  const value = parseJson(text);
  if (value !== undefined) return { kind: "json", value };
  return requestId.test(text) ? { kind: "request_id", id: text } : { kind: "page" };
}

/** The contract's answer is empty; a later version of the API answers an id, whose name varies. */
export function requestIdOf(body: AnswerBody): string | null {
  if (body.kind === "request_id") return body.id;
  if (body.kind !== "json") return null;
  const { value } = body;
  if (typeof value === "string") return requestId.test(value) ? value : null;
  const { data } = acceptance.safeParse(value);
  return data?.request_id ?? data?.requestId ?? data?.id ?? null;
}

/** Whether JSON tells of an error, whatever the status beside it says. */
export function tellsOfError(body: AnswerBody): boolean {
  return body.kind === "json" && failure.safeParse(body.value).success;
}

/** undefined: it is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
