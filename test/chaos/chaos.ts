// Everything that can go wrong, at once: npm run chaos -- [--small] [--seed N] [--histories N]
import { parseArgs } from "node:util";
import { runChaos } from "./run-chaos.ts";

const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    seed: { type: "string" },
    histories: { type: "string" },
  },
});
const small = { rounds: 2, roundsOfReading: 1, repeats: 1, downMs: 5_000, requests: 8 };
const large = { rounds: 3, roundsOfReading: 1, repeats: 3, downMs: 60_000, requests: 25 };
const size = values.small
  ? { servers: 3, histories: 1500, ...small }
  : { servers: 3, histories: 10_000, ...large };
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const histories = Number(values.histories ?? size.histories);
console.log(
  `seed ${seed}: repeat with npm run chaos -- ${values.small ? "--small " : ""}--seed ${seed}`,
);
const from = Date.now();
const say = (line: string) =>
  console.log(`${((Date.now() - from) / 1000).toFixed(0).padStart(4)} s  ${line}`);
const { wrong, summary } = await runChaos({ ...size, histories, seed }, say);
for (const line of wrong.slice(0, 50)) console.log(line);
console.log(summary);
process.exit(wrong.length === 0 ? 0 : 1);
