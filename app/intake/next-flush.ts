/** Rows of one statement at most; PostgreSQL takes 65,535 parameters. */
const largestFlush = 64;
/** A payload beyond it takes PostgreSQL as long as a whole flush of ordinary ones. */
const largeBytes = 64 * 1024;

type Sized = { row: { payload: Uint8Array } };

/**
 * What is written next of what waits, the rest staying in the order in which it came: one large
 * payload at most, so that a shop whose orders have hundreds of lines holds up nobody else for longer
 * than one of its webhooks takes.
 */
export function nextFlush<One extends Sized>(
  waiting: readonly One[],
): { batch: One[]; rest: One[] } {
  const batch: One[] = [];
  const rest: One[] = [];
  let hasLarge = false;
  for (const one of waiting) {
    const isLarge = one.row.payload.length > largeBytes;
    if (batch.length >= largestFlush || (isLarge && hasLarge)) {
      rest.push(one);
      continue;
    }
    batch.push(one);
    hasLarge ||= isLarge;
  }
  return { batch, rest };
}
