import { GraphQLError } from "graphql";
import {
  type Connection,
  connection,
  cursorOf,
  type PageArguments,
  pageSize,
  readCursor,
} from "./connection.ts";
import { matcher } from "./order-search.ts";

/** What the search knows of an order. Times are epoch milliseconds, whole seconds. */
export type IndexedOrder = {
  id: string;
  name: string;
  createdAt: number;
  updatedAt: number;
  /** in the words of the search */
  returnStatus: string;
};

export type OrdersArguments = PageArguments & {
  query?: string | null;
  sortKey?: string | null;
};

/** A list of orders ends here, whatever there is beyond. */
const longestList = 25_000;

/**
 * The search index behind the list of orders. An order is found as it was when it was indexed; while
 * the index lags, that is an older state than the order's own.
 */
export class OrderIndex {
  readonly #known = new Map<string, IndexedOrder>();
  #arriving: { at: number; order: IndexedOrder }[] = [];
  #sorted = new Map<string, IndexedOrder[]>();

  /** @param at when it can be found, epoch milliseconds */
  add(order: IndexedOrder, at: number): void {
    this.#arriving.push({ at, order });
  }

  remove(id: string): void {
    this.#arriving = this.#arriving.filter(({ order }) => order.id !== id);
    if (this.#known.delete(id)) this.#sorted.clear();
  }

  /** Everything that was added can be found. */
  catchUp(now = Number.POSITIVE_INFINITY): void {
    if (this.#arriving.length === 0) return;
    const due = this.#arriving.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    this.#arriving = this.#arriving.filter(({ at }) => at > now);
    for (const { order } of due) this.#known.set(order.id, order);
    this.#sorted.clear();
  }

  /** All that match, in order. @param oldest orders made before are not shown */
  matching(args: OrdersArguments, oldest: number, now: number): IndexedOrder[] {
    this.catchUp(now);
    const matches = matcher(args.query ?? "");
    const sorted = this.#sortedBy(args.sortKey ?? "PROCESSED_AT");
    const found = sorted.filter((order) => order.createdAt >= oldest && matches(order));
    return args.reverse ? found.reverse() : found;
  }

  /** The page of ids that is asked for. */
  page(
    args: OrdersArguments,
    oldest: number,
    now: number,
    nodeOf: (id: string) => object,
  ): Connection {
    if (args.last || args.before)
      throw new GraphQLError("The simulated Shopify pages forward only.");
    const size = pageSize(args);
    const found = this.matching(args, oldest, now);
    const key = sortValue(args.sortKey ?? "PROCESSED_AT");
    const start = args.after ? firstBeyond(found, key, readCursor(args.after), args.reverse) : 0;
    const end = Math.min(start + size, found.length, longestList);
    const edges = found.slice(start, end).map((order) => ({
      node: nodeOf(order.id),
      cursor: cursorOf({ last_id: order.id, last_value: key(order) }),
    }));
    return connection(edges, {
      hasPreviousPage: start > 0,
      hasNextPage: end < Math.min(found.length, longestList),
    });
  }

  #sortedBy(sortKey: string): IndexedOrder[] {
    const known = this.#sorted.get(sortKey);
    if (known) return known;
    const key = sortValue(sortKey);
    const sorted = [...this.#known.values()].sort(
      (a, b) => key(a) - key(b) || compareIds(a.id, b.id),
    );
    this.#sorted.set(sortKey, sorted);
    return sorted;
  }
}

function sortValue(sortKey: string): (order: IndexedOrder) => number {
  if (sortKey === "UPDATED_AT") return (order) => order.updatedAt;
  if (sortKey === "CREATED_AT" || sortKey === "PROCESSED_AT") return (order) => order.createdAt;
  if (sortKey === "ID") return () => 0;
  throw new GraphQLError(`The simulated Shopify does not sort by ${sortKey}.`);
}

/** A cursor is a place between values, so that a list which changes meanwhile skips nothing. */
function firstBeyond(
  found: IndexedOrder[],
  key: (order: IndexedOrder) => number,
  cursor: Record<string, unknown>,
  reverse: boolean | null | undefined,
): number {
  const last = { value: Number(cursor.last_value), id: String(cursor.last_id) };
  const sign = reverse ? -1 : 1;
  let low = 0;
  let high = found.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = found[middle] as IndexedOrder;
    const isBeyond = sign * (key(order) - last.value || compareIds(order.id, last.id)) > 0;
    if (isBeyond) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Ids are digits: the shorter one is the smaller. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
