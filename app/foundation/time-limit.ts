/** Something was not done in time. It may still be going on; nobody waits for it any more. */
export class OutOfTimeError extends Error {
  readonly code = "out_of_time";
}

/**
 * What `work` resolves with, or the error when that takes longer than `ms` milliseconds. It does not
 * end the work: for that every wait in it has a limit of its own, of which this is the last resort.
 *
 * @param what is named in the error
 * @throws OutOfTimeError
 */
export async function withinTime<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new OutOfTimeError(`${what} was not done within ${Math.round(ms)} ms.`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
