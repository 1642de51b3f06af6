import { randomUUID } from "node:crypto";
import type { Random } from "../random.ts";
import type { Webhook } from "./webhook.ts";

/**
 * The webhooks as they really arrive: some twice (half of these under an id of their own), some
 * late. Shares are from 0 to 1; `lost` ones never come, `delayed` ones come after all others.
 */
export function disorder<Told extends Webhook>(
  webhooks: readonly Told[],
  random: Random,
  { duplicates = 0, outOfOrder = 0, lost = 0, delayed = 0 },
): Told[] {
  const arriving = webhooks.flatMap((webhook, index) => {
    if (random.chance(lost)) return [];
    const late = random.chance(outOfOrder) ? random.between(1, 40) : 0;
    const hours = delayed > 0 && random.chance(delayed) ? webhooks.length : 0;
    const once = { webhook, place: index + late + hours };
    if (!random.chance(duplicates)) return [once];
    const webhookId = random.chance(0.5) ? webhook.webhookId : randomUUID();
    const again = { webhook: { ...webhook, webhookId }, place: index + random.between(0, 60) };
    return [once, again];
  });
  return arriving.sort((a, b) => a.place - b.place).map(({ webhook }) => webhook);
}
