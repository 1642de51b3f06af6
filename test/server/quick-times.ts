/** The delivery's times, short enough for a test to wait them out. */
export const quickTimes = {
  BACKOFF_MIN_MS: "20",
  BACKOFF_MAX_MS: "300",
  FEED_TIMEOUT_MS: "1000",
  FEED_PROBE_TIMEOUT_MS: "500",
  LEASE_MS: "5000",
  DATABASE_IDLE_MS: "4500",
  SWEEP_INTERVAL_MS: "200",
  REPEAT_AFTER_UNANSWERED_MS: "300",
  POLL_MIN_MS: "20",
  POLL_MAX_MS: "200",
};
