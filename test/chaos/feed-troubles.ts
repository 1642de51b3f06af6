import { eventually } from "#test/server/client.ts";
import { type Fault, manyWays } from "#test/simulator/hakuna/behavior.ts";
import type { Random } from "#test/simulator/random.ts";
import { reconnect, type Scene, type Trouble, wait, workUntil } from "./troubles.ts";

const down: Fault = { kind: "drop" };
const html: Fault = { kind: "status", status: 502, html: "<html><h1>502 Bad Gateway</h1></html>" };
/** Later than the time limit of run-chaos.ts. */
const lateAnswer: Fault = { kind: "late_answer", ms: 1500 };
/** Later than the app tries again. */
const takenLate: Fault = { kind: "late", ms: 500 };

/** The feed between the troubles: one request in eight fails, in changing ways. */
export function unreliably(random: Random) {
  const ways = [...manyWays, html, lateAnswer, takenLate];
  return { failOneIn: { requests: 8, seed: random.between(1, 1_000_000), ways } };
}

/** The feed answers all requests in this way until enough of them have met it. */
function feed(name: string, fault: Fault, ms: (scene: Scene) => number = () => 0): Trouble {
  return {
    name,
    steps: ["deliver"],
    async befall(scene) {
      const { hakuna } = scene.world;
      const { accounts } = scene;
      const befallen = () => hakuna.faults.filter((shown) => shown === fault).length - before;
      const before = hakuna.faults.filter((shown) => shown === fault).length;
      accounts.behave({ fault: { fault } });
      const isOver = wait(ms(scene));
      await workUntil(scene, () => befallen() >= scene.requests);
      await isOver;
      accounts.behave(unreliably(scene.random));
      return befallen();
    },
  };
}

/** Deliveries go on while nobody tells what became of them. */
export const unreadStatuses: Trouble = {
  name: "processing statuses that cannot be read, while orders are taken in",
  steps: ["deliver", "poll"],
  async befall(scene) {
    const { accounts, random, world } = scene;
    const { requests } = world.hakuna;
    const from = requests.length;
    const statusFails = random.pick(["silent", "unavailable"] as const);
    accounts.behave({ statusFails });
    const since = () => requests.slice(from);
    const isPoll = ({ method, status }: (typeof requests)[number]) =>
      method === "GET" && (status === 503 || status === null);
    await workUntil(scene, () => {
      const first = since().findIndex(isPoll);
      return (
        first >= 0 &&
        since()
          .slice(first)
          .some(({ status }) => status === 202)
      );
    });
    accounts.behave(unreliably(random));
    return since().filter(isPoll).length;
  },
};

/** What befalls requests to Hakuna's feed. */
export const troublesOfTheFeed: readonly Trouble[] = [
  feed("requests to a feed that is down", down, ({ downMs }) => downMs),
  feed("answers 429 with Retry-After", { kind: "status", status: 429, retryAfter: "1" }),
  feed("answers 500", { kind: "status", status: 500 }),
  feed("answers 502 with HTML", html),
  feed("half answers", { kind: "half_answer" }),
  feed("answers 202 after the time limit", lateAnswer),
  feed("answers 504 to what is taken in later", takenLate),
  {
    name: "keys refused",
    steps: ["deliver"],
    async befall(scene) {
      const { world, accounts } = scene;
      const refused = () => world.hakuna.requests.filter(({ status }) => status === 401).length;
      const before = refused();
      accounts.refuse();
      await workUntil(scene, () => refused() > before);
      accounts.accept();
      await eventually("the shops are connected", () =>
        reconnect(scene).then(
          () => true,
          () => false,
        ),
      );
      return refused() - before;
    },
  },
  unreadStatuses,
];
