import type { Behavior } from "#test/simulator/hakuna/behavior.ts";
import type { Accepted, Hakuna } from "#test/simulator/hakuna/hakuna.ts";
import { turns } from "./turns.ts";

/** A merchant's account at Hakuna: the keys that it has had, the last of them is good. */
type Account = { keys: string[] };

/** The shops' accounts at Hakuna, each shop with one of its own. */
export type Accounts = {
  keyOf(shop: string): string;
  /** gives the account another key; the former one is refused from now on */
  renewKey(shop: string): string;
  /** the shop has another account from now on; the key of the former one is still good */
  move(shop: string): string;
  /** no key is good any more, until `accept` */
  refuse(): void;
  accept(): void;
  /** whoever comes with the key of one of these shops gets no answer, until `wake` */
  silence(shops: readonly string[]): void;
  wake(shops: readonly string[]): void;
  /** as of the feed; beside it the keys above stay as silent as they are */
  behave(behavior: Behavior): void;
  /** what the account that the shop has now took in of an order, in order */
  states(shop: string, orderId: string): Accepted[];
  /** Whether the shop had this key at any time. */
  hadKey(shop: string, apiKey: string): boolean;
  /** Connects a shop, one at a time: whoever is at it has the key that is good. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
};

/** Opens an account for each shop. The feed answers request ids, as later versions do. */
export function openAccounts(hakuna: Hakuna, shops: readonly string[]): Accounts {
  const accounts = new Map<string, Account[]>();
  const silent = new Set<string>();
  let count = 0;
  let refused = false;
  let behavior: Behavior = {};

  const of = (shop: string): Account => {
    const now = accounts.get(shop)?.at(-1);
    if (!now) throw new Error(`The shop ${shop} has no account.`);
    return now;
  };
  const keyOf = (shop: string) => of(shop).keys.at(-1) ?? "";
  const newKey = () => {
    count += 1;
    return `sk_test_account${count}`;
  };
  const settle = () => {
    const good = [...accounts.values()].flat().map(({ keys }) => keys.at(-1) ?? "");
    const taken = refused ? ["sk_test_another"] : good;
    Object.assign(hakuna.apiKeys, { sandbox: taken, production: taken });
    const silentTo = [...silent].map(keyOf);
    hakuna.behave({ requestIds: true, ...behavior, silentTo });
  };

  for (const shop of shops) accounts.set(shop, [{ keys: [newKey()] }]);
  settle();
  return {
    keyOf,
    renewKey(shop) {
      of(shop).keys.push(newKey());
      settle();
      return keyOf(shop);
    },
    move(shop) {
      accounts.get(shop)?.push({ keys: [newKey()] });
      settle();
      return keyOf(shop);
    },
    refuse() {
      refused = true;
      settle();
    },
    accept() {
      refused = false;
      settle();
    },
    silence(shops) {
      for (const shop of shops) silent.add(shop);
      settle();
    },
    wake(shops) {
      for (const shop of shops) silent.delete(shop);
      settle();
    },
    behave(next) {
      behavior = next;
      settle();
    },
    states: (shop, orderId) =>
      hakuna.states(orderId).filter(({ apiKey }) => of(shop).keys.includes(apiKey)),
    hadKey: (shop, apiKey) => (accounts.get(shop) ?? []).some(({ keys }) => keys.includes(apiKey)),
    inTurn: turns(),
  };
}
