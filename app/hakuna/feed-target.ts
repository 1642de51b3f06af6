/** Which feed, and who asks. */
export type FeedTarget = { environment: "sandbox" | "production"; apiKey: string };
