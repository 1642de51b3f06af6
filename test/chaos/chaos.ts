// Everything that can go wrong, at once:
// npm run chaos -- [--small | --smallest] [--seed N] [--histories N]
// What of a seed that fails is enough to fail, found by repeating ever less of it:
// npm run chaos -- --smallest --seed N --shrink [--fault NAME], with a deliberate fault of test/faults
import { parseArgs } from "node:util";
import { usualShops } from "./histories.ts";
import { narrow } from "./narrow.ts";
import { everybody, fewest } from "./people/everybody.ts";
import { namesOf, runChaos } from "./run-chaos.ts";

const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    smallest: { type: "boolean", default: false },
    seed: { type: "string" },
    histories: { type: "string" },
    shops: { type: "string" },
    only: { type: "string", multiple: true },
    shrink: { type: "boolean", default: false },
    fault: { type: "string" },
  },
});
const sizes = {
  large: {
    ...{ servers: 3, histories: 10_000, rounds: 3, roundsOfReading: 1, repeats: 3 },
    ...{ downMs: 60_000, requests: 25, dead: 20, giants: 60, quietMs: 12_000 },
    ...{ people: everybody, restMs: 500, former: true },
  },
  small: {
    ...{ servers: 3, histories: 1500, rounds: 2, roundsOfReading: 1, repeats: 1 },
    ...{ downMs: 5_000, requests: 8, dead: 20, giants: 24, quietMs: 5_000 },
    ...{ people: everybody, restMs: 500, former: true },
  },
  // each trouble once: part of .ci/run
  smallest: {
    ...{ servers: 2, histories: 120, rounds: 1, roundsOfReading: 0, repeats: 1 },
    ...{ downMs: 300, requests: 2, dead: 6, giants: 5, quietMs: 500 },
    ...{ people: fewest, restMs: 200, former: false },
  },
};
const name = values.smallest ? "smallest" : values.small ? "small" : "large";
const size = sizes[name];
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const histories = Number(values.histories ?? size.histories);
const option = name === "large" ? [] : [`--${name}`];
const again = ["npm run chaos --", ...option, `--seed ${seed}`].join(" ");

if (values.shrink) {
  const shops = Number(values.shops ?? usualShops);
  const all = { shops, histories, names: values.only ?? namesOf(size) };
  const { fault } = values;
  const found = await narrow(all, { options: [...option, "--seed", String(seed)], fault, again });
  process.exit(found ? 0 : 1);
}

console.log(`seed ${seed}: repeat with ${again}`);
const from = Date.now();
const say = (line: string) =>
  console.log(`${((Date.now() - from) / 1000).toFixed(0).padStart(4)} s  ${line}`);
// an empty name stands for none
const only = values.only?.filter((one) => one !== "");
const shopCount = Number(values.shops ?? usualShops);
const { wrong, summary } = await runChaos({ ...size, histories, seed, only, shopCount }, say);
for (const line of wrong.slice(0, 50)) console.log(line);
console.log(summary);
process.exit(wrong.length === 0 ? 0 : 1);
