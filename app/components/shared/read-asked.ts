import type { z } from "zod";

/**
 * Reads what an action is asked for.
 *
 * @throws the answer 400 when it is nothing that the page may ask
 */
export async function readAsked<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await readBody(request));
  if (!parsed.success) throw unreadable();
  return parsed.data;
}

/**
 * Reads an action's body: JSON, or a form's fields.
 *
 * @throws the answer 400 when it is neither
 */
export async function readBody(request: Request): Promise<unknown> {
  try {
    const isJson = request.headers.get("Content-Type")?.includes("json");
    const body = isJson ? await request.json() : Object.fromEntries(await request.formData());
    if (holdsNul(body)) throw unreadable();
    return body;
  } catch {
    // the words of a parser would hold parts of the body
    throw unreadable();
  }
}

/** No text of the database can hold NUL. */
function holdsNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  return typeof value === "object" && value !== null && Object.values(value).some(holdsNul);
}

function unreadable(): Response {
  return new Response("This is nothing that the page can ask for. Reload it.", { status: 400 });
}
