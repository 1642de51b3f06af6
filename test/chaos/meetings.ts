import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StepSeen } from "./steps.ts";

/** From when to when, in epoch milliseconds. */
type Span = { name: string; from: number; until: number };

/** Two of these that are to meet in a run: a person, a fault or a step of a run, by their names. */
export type Pair = readonly [string, string];

/** Who was at what while which fault befell the app, and which steps of a run were at work then. */
export type Meetings = {
  /** Notes that a fault lasts as long as this does. */
  fault<T>(name: string, lasting: Promise<T>): Promise<T>;
  /** Notes that a person is at it as long as this lasts. */
  deed<T>(name: string, shop: string, lasting: Promise<T>): Promise<T>;
  /** The pairs that have not met. */
  missed(listed: readonly Pair[]): Pair[];
  /** How many pairs of persons and faults, and how many of these with a step, have met at all. */
  counts(): { pairs: number; withSteps: number };
};

/** @param folder where the processes note their steps; see steps-seen.ts */
export function watchMeetings(folder: string): Meetings {
  const faults: Span[] = [];
  const deeds: (Span & { shop: string })[] = [];

  async function lasts<S extends Span, T>(spans: S[], span: S, lasting: Promise<T>): Promise<T> {
    spans.push(span);
    try {
      return await lasting;
    } finally {
      span.until = Date.now();
    }
  }
  const now = () => ({ from: Date.now(), until: Number.POSITIVE_INFINITY });
  const steps = (): StepSeen[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
      .flatMap(parsed);

  function met(): Set<string> {
    const pairs = new Set<string>();
    const add = (...names: string[]) => void pairs.add(names.join(" × "));
    for (const deed of deeds) {
      for (const fault of faults) {
        if (deed.from < fault.until && fault.from < deed.until) add(deed.name, fault.name);
      }
    }
    for (const { step, shop, at } of steps()) {
      const within = ({ from, until }: Span) => from <= at && at <= until;
      const of = deeds.filter((deed) => deed.shop === shop && within(deed));
      for (const { name } of of) add(name, step);
      for (const fault of faults.filter(within)) {
        add(fault.name, step);
        for (const { name } of of) add(name, fault.name, step);
      }
    }
    return pairs;
  }

  return {
    fault: (name, lasting) => lasts(faults, { name, ...now() }, lasting),
    deed: (name, shop, lasting) => lasts(deeds, { name, shop, ...now() }, lasting),
    missed(listed) {
      const known = met();
      return listed.filter((pair) => !known.has(pair.join(" × ")));
    },
    counts() {
      const all = [...met()].map((pair) => pair.split(" × "));
      const people = new Set(deeds.map(({ name }) => name));
      const troubles = new Set(faults.map(({ name }) => name));
      const ofBoth = all.filter(([a = "", b = ""]) => people.has(a) && troubles.has(b));
      return {
        pairs: ofBoth.filter(({ length }) => length === 2).length,
        withSteps: ofBoth.filter(({ length }) => length === 3).length,
      };
    },
  };
}

/** A process that was killed may have left half a line. */
function parsed(line: string): StepSeen[] {
  try {
    return [JSON.parse(line) as StepSeen];
  } catch {
    return [];
  }
}
