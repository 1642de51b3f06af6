import { eventually } from "#test/server/client.ts";
import { type Fault, manyWays } from "#test/simulator/hakuna/behavior.ts";
import type { Random } from "#test/simulator/random.ts";
import { reconnect, type Scene, type Trouble, wait, workUntil } from "./troubles.ts";

const down: Fault = { kind: "drop" };
const html: Fault = { kind: "status", status: 502, html: "<html><h1>502 Bad Gateway</h1></html>" };
/** Later than the time limit of quick-times.ts. */
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
    async befall(scene) {
      const { hakuna } = scene.world;
      const befallen = () => hakuna.faults.filter((shown) => shown === fault).length - before;
      const before = hakuna.faults.filter((shown) => shown === fault).length;
      hakuna.behave({ fault: { fault } });
      const isOver = wait(ms(scene));
      await workUntil(scene, () => befallen() >= scene.requests);
      await isOver;
      hakuna.behave(unreliably(scene.random));
      return befallen();
    },
  };
}

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
    async befall(scene) {
      const { world } = scene;
      const refused = () => world.hakuna.requests.filter(({ status }) => status === 401).length;
      const before = refused();
      const good = world.hakuna.apiKeys.sandbox;
      world.hakuna.apiKeys.sandbox = ["sk_test_another"];
      await workUntil(scene, () => refused() > before);
      world.hakuna.apiKeys.sandbox = good;
      await eventually("the shops are connected", () =>
        reconnect(scene).then(
          () => true,
          () => false,
        ),
      );
      return refused() - before;
    },
  },
];
