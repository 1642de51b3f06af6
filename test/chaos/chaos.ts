// Everything that can go wrong, at once:
// npm run chaos -- [--small | --smallest] [--seed N] [--histories N]
import { parseArgs } from "node:util";
import { runChaos } from "./run-chaos.ts";

const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    smallest: { type: "boolean", default: false },
    seed: { type: "string" },
    histories: { type: "string" },
  },
});
const sizes = {
  large: {
    ...{ servers: 3, histories: 10_000, rounds: 3, roundsOfReading: 1, repeats: 3 },
    ...{ downMs: 60_000, requests: 25, giants: 60, quietMs: 12_000 },
  },
  small: {
    ...{ servers: 3, histories: 1500, rounds: 2, roundsOfReading: 1, repeats: 1 },
    ...{ downMs: 5_000, requests: 8, giants: 24, quietMs: 5_000 },
  },
  // each trouble once: part of .ci/run
  smallest: {
    ...{ servers: 2, histories: 120, rounds: 1, roundsOfReading: 0, repeats: 1 },
    ...{ downMs: 300, requests: 2, giants: 5, quietMs: 500 },
  },
};
const name = values.smallest ? "smallest" : values.small ? "small" : "large";
const size = sizes[name];
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const histories = Number(values.histories ?? size.histories);
const option = name === "large" ? "" : `--${name} `;
console.log(`seed ${seed}: repeat with npm run chaos -- ${option}--seed ${seed}`);
const from = Date.now();
const say = (line: string) =>
  console.log(`${((Date.now() - from) / 1000).toFixed(0).padStart(4)} s  ${line}`);
const { wrong, summary } = await runChaos({ ...size, histories, seed }, say);
for (const line of wrong.slice(0, 50)) console.log(line);
console.log(summary);
process.exit(wrong.length === 0 ? 0 : 1);
