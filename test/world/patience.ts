/**
 * Milliseconds in which nothing moves before a wait counts as a hang. It is the only limit of a wait:
 * whatever moves is waited for, however slow the machine.
 */
export const patienceMs = 300_000;
