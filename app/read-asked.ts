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
  if (!parsed.success) throw new Response(null, { status: 400 });
  return parsed.data;
}

/** JSON, or a form's fields. */
async function readBody(request: Request): Promise<unknown> {
  try {
    if (request.headers.get("Content-Type")?.includes("json")) return await request.json();
    return Object.fromEntries(await request.formData());
  } catch {
    // neither: the words of a parser would hold parts of the body
    throw new Response(null, { status: 400 });
  }
}
