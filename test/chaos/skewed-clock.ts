// Preloaded into a process of the app: its clock is wrong by what the file CLOCK_FILE says, in
// milliseconds, also when that changes while it runs. Its lines show when it was set.
import { readFileSync } from "node:fs";
import { clockSet } from "./clock-set.ts";

const file = process.env.CLOCK_FILE ?? "";
const now = Date.now.bind(Date);
let skew = 0;

globalThis.Date = new Proxy(Date, {
  construct: (date, values, made) =>
    Reflect.construct(date, values.length === 0 ? [now() + skew] : values, made),
  get: (date, name) => (name === "now" ? () => now() + skew : Reflect.get(date, name)),
});

function set(): void {
  const read = Number(readFileSync(file, "utf8"));
  // it may be being written just now
  if (read === 0 || read === skew) return;
  skew = read;
  console.log(JSON.stringify({ level: "info", time: new Date().toISOString(), msg: clockSet }));
}

set();
setInterval(set, 100).unref();
