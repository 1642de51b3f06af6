import { imported, reinstalled } from "./comings.ts";
import { held, paused, resentInBulk } from "./deliveries-held.ts";
import { dismissed, paired, skipped } from "./orders-by-hand.ts";
import type { Person } from "./person.ts";
import { plansOffered } from "./plans.ts";
import { dataRequested, redacted, retained } from "./privacy.ts";
import { refundedAlone, refundedByHand } from "./refunds.ts";
import { environmentChanged, identifiersChanged, keysRenewed, shareChanged } from "./settings.ts";

/** All who do something in the app, each in a shop of their own. */
export const everybody: readonly Person[] = [
  keysRenewed,
  identifiersChanged,
  shareChanged,
  environmentChanged,
  paused,
  held,
  resentInBulk,
  paired,
  skipped,
  dismissed,
  redacted,
  dataRequested,
  retained,
  reinstalled,
  imported,
  plansOffered,
  refundedByHand,
  refundedAlone,
];

/** Those of the smallest run: what they do ends at Hakuna, and one of them pays money back. */
export const fewest: readonly Person[] = [paused, refundedByHand];
