// What the app measures, as ratios within this run where the machine's speed would show.
import { parseArgs } from "node:util";
import { measureAdmin } from "./admin.ts";
import { type Figure, report } from "./figures.ts";
import { measureIntake } from "./intake.ts";
import { measureIntakeAtScale } from "./intake-scale.ts";
import { measureLatency } from "./latency.ts";
import { measureNeighbors } from "./neighbors.ts";
import { measurePairing } from "./pairing.ts";
import { measurePooler } from "./pooler.ts";
import { measureReconcile } from "./reconcile.ts";
import { rest, setStage } from "./stage.ts";
import { measureStart } from "./start.ts";
import { measureStore } from "./store.ts";
import { measureStorefront } from "./storefront.ts";
import { measureSyncRatios } from "./sync/ratios.ts";
import { measureThroughput } from "./throughput.ts";

const parts = {
  start: measureStart,
  intake: measureIntake,
  pooler: measurePooler,
  latency: measureLatency,
  throughput: measureThroughput,
  sync: measureSyncRatios,
  neighbors: measureNeighbors,
  reconcile: measureReconcile,
  store: measureStore,
  scale: measureIntakeAtScale,
  admin: measureAdmin,
  storefront: measureStorefront,
  pairing: measurePairing,
};

/** `--only intake,admin`: some of the parts; `--json FILE`: also as JSON. */
const { values } = parseArgs({ options: { json: { type: "string" }, only: { type: "string" } } });
const names = Object.keys(parts);
const chosen = values.only?.split(",") ?? names;
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}. There are: ${names.join(", ")}.`);
  process.exit(1);
}
const stage = await setStage();
const figures: Figure[] = [];
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (!chosen.includes(name)) continue;
    await rest(stage);
    figures.push(...(await measure(stage)));
  }
} finally {
  await stage.close();
}
await report(figures, values.json);
