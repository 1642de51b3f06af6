// What the app measures, as ratios within this run where the machine's speed would show.
import { parseArgs } from "node:util";
import { type Figure, report } from "./figures.ts";
import { measureIntake } from "./intake.ts";
import { measureReconcile } from "./reconcile.ts";
import { setStage } from "./stage.ts";
import { measureLatency, measureThroughput } from "./sync.ts";

const { values } = parseArgs({ options: { json: { type: "string" } } });
const stage = await setStage();
const figures: Figure[] = [];
try {
  figures.push(...(await measureIntake(stage)));
  figures.push(...(await measureLatency(stage)));
  figures.push(...(await measureThroughput(stage)));
  figures.push(...(await measureReconcile(stage)));
} finally {
  await stage.close();
}
await report(figures, values.json);
