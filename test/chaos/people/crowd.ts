import { eventually } from "#test/server/client.ts";
import type { Expected } from "../histories.ts";
import type { Meetings } from "../meetings.ts";
import { reconnect, type Scene, wait } from "../troubles.ts";
import { type Desk, openDesk } from "./desk.ts";
import type { Habit, Person } from "./person.ts";

/** The people of a run, each in a shop of their own. */
export type Crowd = {
  shops: readonly string[];
  people: readonly Person[];
  /**
   * They do what they do, over and over, for as long as this lasts; resolves when the last of them is
   * done.
   */
  during<T>(lasting: Promise<T>): Promise<T>;
  /** Resolves when each of these has done it from beginning to end once more, or cannot. */
  onceMore(people: readonly Person[]): Promise<void>;
  /** how often each has done it */
  acts: ReadonlyMap<string, number>;
  /** what Hakuna must hold of a shop of theirs */
  expected(shop: string): Expected;
  /** what is wrong because of what they did, each in a sentence */
  wrong(): Promise<string[]>;
};

export const shopOfPerson = (index: number) => `person-${index}.myshopify.com`;

/** @param restMs how long each rests before doing it once more */
export async function gather(
  scene: Scene,
  people: readonly Person[],
  meetings: Meetings,
  restMs: number,
): Promise<Crowd> {
  const acts = new Map(people.map(({ name }) => [name, 0]));
  const failed: string[] = [];
  const desks = new Map<string, Desk>();
  const members = await Promise.all(
    people.map(async (person, index) => {
      const { scopes } = person;
      const desk = await openDesk(scene, { shop: shopOfPerson(index), index, scopes });
      desks.set(desk.shop, desk);
      return { person, desk, habit: await person.begin(desk), turn: 0, isOut: false };
    }),
  );
  type Member = { person: Person; desk: Desk; habit: Habit; turn: number; isOut: boolean };

  async function once(member: Member): Promise<void> {
    const { person, desk, habit } = member;
    try {
      await meetings.deed(person.name, desk.shop, habit.act(member.turn));
      member.turn += 1;
      acts.set(person.name, member.turn);
    } catch (error) {
      member.isOut = true;
      failed.push(`Somebody who was to ${person.name} could not: ${(error as Error).message}.`);
    }
  }

  const shops = [...desks.keys()];
  return {
    shops,
    people,
    acts,
    async during(lasting) {
      let isOver = false;
      const end = lasting.finally(() => {
        isOver = true;
      });
      const each = Promise.all(
        members.map(async (member) => {
          do {
            if (member.isOut) return;
            await once(member);
            if (!isOver) await wait(restMs);
          } while (!isOver);
        }),
      );
      let isDone = false;
      const looking = (async () => {
        // whoever sees that the key is refused connects anew; the database may be away
        for (; !isDone; await wait(300)) await reconnect(scene, shops).catch(() => undefined);
      })();
      try {
        const [result] = await Promise.all([end, each]);
        return result;
      } finally {
        isDone = true;
        await looking;
      }
    },
    async onceMore(people) {
      const theirs = members.filter(({ person }) => people.includes(person));
      // who is in the middle of it has begun before
      const turns = new Map(theirs.map((member) => [member, member.turn + 2]));
      const isDone = () => theirs.every((one) => one.isOut || one.turn >= (turns.get(one) ?? 0));
      const told = () => isDone() || theirs.map(({ turn }) => turn).join();
      await eventually("they have done it once more", told);
    },
    expected: (shop) => desks.get(shop)?.expected() ?? new Map(),
    async wrong() {
      const told = await Promise.all(members.map(({ habit }) => habit.wrong?.() ?? []));
      return [...failed, ...told.flat()];
    },
  };
}
