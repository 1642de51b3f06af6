/** The delivery's times, short enough for a test to wait them out. */
export const quickTimes = {
  BACKOFF_MIN_MS: "20",
  BACKOFF_MAX_MS: "300",
  // not short: on a slow machine the stand-in would be given up, and sent to again
  FEED_TIMEOUT_MS: "4500",
  FEED_PROBE_TIMEOUT_MS: "4500",
  LEASE_MS: "5000",
  DATABASE_IDLE_MS: "4500",
  // a process that has nothing to do looks for work all the same, and several run beside each other
  SWEEP_INTERVAL_MS: "1000",
  REPEAT_AFTER_UNANSWERED_MS: "300",
  POLL_MIN_MS: "20",
  POLL_MAX_MS: "200",
};

/**
 * For files that count how often the feed was sent an order, or that allow no error in the log: however
 * slow the machine, no request is given up, none is repeated, and no lease is lost.
 */
export const patientTimes = {
  FEED_TIMEOUT_MS: "600000",
  FEED_PROBE_TIMEOUT_MS: "600000",
  LEASE_MS: "601000",
};
