/**
 * Waits for an answer, but no longer than until the process is to end: whoever takes over asks anew.
 * What was asked for goes on, and nobody minds how it ends.
 *
 * @returns null when the process is to end first
 */
export async function untilEnding<Answer>(
  ending: AbortSignal,
  answer: Promise<Answer>,
): Promise<Answer | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = () => resolve(null);
  ending.addEventListener("abort", end, { once: true });
  if (ending.aborted) end();
  try {
    return await Promise.race([promise, answer]);
  } finally {
    ending.removeEventListener("abort", end);
  }
}
