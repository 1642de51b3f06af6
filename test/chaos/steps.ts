/** The steps of a run, and the works of the other lanes, as the files that do them tell them apart. */
export const filesOfSteps = {
  fold: ["app/run/fold-step.ts", "app/run/inbox-rows.ts"],
  deliver: ["app/run/deliver-step.ts", "app/run/draft.ts", "app/run/attempt.ts"],
  record: ["app/run/outcome.ts", "app/run/acceptance.ts"],
  review: ["app/run/review-step.ts"],
  read: ["app/run/read-step.ts"],
  poll: ["app/run/poll-step.ts"],
  redact: ["app/privacy/redact-inbox.ts"],
  scan: ["app/scan/scan.ts", "app/scan/fold-page.ts", "app/scan/scan-store.ts"],
  plans: ["app/plans/plan-job-store.ts"],
  refunds: ["app/refunds/refund-store.ts"],
} as const;

export type Step = keyof typeof filesOfSteps;

/** A step was at work for a shop, at this time (epoch milliseconds of the machine's own clock). */
export type StepSeen = { step: Step; shop: string; at: number };
