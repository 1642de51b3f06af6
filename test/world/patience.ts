/**
 * Milliseconds in which nothing moves before a wait counts as a hang. It is the only limit of a wait:
 * whatever moves is waited for, however slow the machine. A run that is known to hang sets less.
 */
export const patienceMs = Number(process.env.TEST_PATIENCE_MS ?? 300_000);
