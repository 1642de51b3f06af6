// Preloaded into a process of the app: its clock is wrong by CLOCK_SKEW_MS, as its first line shows.
const skew = Number(process.env.CLOCK_SKEW_MS ?? 0);
const now = Date.now.bind(Date);

globalThis.Date = new Proxy(Date, {
  construct: (date, values, made) =>
    Reflect.construct(date, values.length === 0 ? [now() + skew] : values, made),
  get: (date, name) => (name === "now" ? () => now() + skew : Reflect.get(date, name)),
});
console.log(JSON.stringify({ level: "info", time: new Date().toISOString(), msg: "a clock" }));

export {};
