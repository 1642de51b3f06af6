import setup from "../world/shared-postgres.ts";
import { startWorld } from "../world/world.ts";
const down = await setup();
let t = Date.now(); const lap = (s: string) => { console.log(s, Date.now() - t); t = Date.now(); };
const w = await startWorld(); lap("start");
const pid = w.app().pid;
await w.restart("SIGKILL"); lap("restart kill"); console.log(pid !== w.app().pid);
await w.restart(); lap("restart term");
const worker = w.startProcess("app/worker.ts", { PORT: "0" });
await new Promise(r => setTimeout(r, 1500)); console.log(worker.output().slice(-300));
await w.stop(); lap("stop"); console.log((await fetch(w.appUrl).catch(() => "gone")));
try { await startWorld({ env: { SCOPES: "" } }); } catch (e) { console.log("failed as wanted:", String(e).slice(0, 200)); }
await down(); lap("down");
