/** What a run can do without: shops that orders happen in, and faults and people by their names. */
export type Needed = { shops: number; histories: number; names: readonly string[] };

/**
 * Finds a small part of a run that still fails: first the troubles and people that it takes, then the
 * shops, then the orders. How processes interleave is the machine's, so a part that passes once may
 * fail another time: what is answered did fail.
 *
 * @param fails whether a run of these alone fails
 */
export async function shrink(
  all: Needed,
  fails: (part: Needed) => Promise<boolean>,
): Promise<Needed> {
  let found = all;
  const tried = async (part: Needed) => {
    if (!(await fails(part))) return false;
    found = part;
    return true;
  };
  // by ever smaller parts: halves, quarters, …, single ones
  for (let parts = 2; found.names.length > 0; ) {
    const size = Math.ceil(found.names.length / parts);
    let isLess = false;
    for (let from = 0; from < found.names.length && !isLess; from += size) {
      const names = found.names.filter((_, index) => index < from || index >= from + size);
      isLess = await tried({ ...found, names });
    }
    if (isLess) parts = Math.max(2, parts - 1);
    else if (size === 1) break;
    else parts *= 2;
  }
  while (found.shops > 1) {
    if (await tried({ ...found, shops: Math.ceil(found.shops / 2) })) continue;
    if (!(await tried({ ...found, shops: found.shops - 1 }))) break;
  }
  while (found.histories > found.shops) {
    const histories = Math.max(found.shops, Math.ceil(found.histories / 2));
    if (!(await tried({ ...found, histories }))) break;
  }
  return found;
}
