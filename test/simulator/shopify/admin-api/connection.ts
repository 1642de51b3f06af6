import { GraphQLError } from "graphql";

/** The arguments of a connection. */
export type PageArguments = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
  reverse?: boolean | null;
};

export type Connection = {
  nodes: object[];
  edges: { node: object; cursor: string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
};

/** Shopify answers no larger page. */
export const largestPage = 250;

/** A page of a list that is at hand, by position. */
export function pageOf(all: readonly object[], args: PageArguments): Connection {
  const ordered = args.reverse ? [...all].reverse() : all;
  const size = pageSize(args);
  const from = args.after ? position(args.after) + 1 : 0;
  const to = args.before ? position(args.before) : ordered.length;
  const start = args.last ? Math.max(from, to - size) : from;
  const end = args.last ? to : Math.min(to, from + size);
  const edges = ordered.slice(start, end).map((node, index) => ({
    node,
    cursor: cursorOf({ position: start + index }),
  }));
  return connection(edges, { hasPreviousPage: start > 0, hasNextPage: end < ordered.length });
}

export function connection(
  edges: Connection["edges"],
  more: { hasPreviousPage: boolean; hasNextPage: boolean },
): Connection {
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      ...more,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The number of nodes that is asked for. */
export function pageSize({ first, last }: PageArguments): number {
  const size = first ?? last;
  if (size === undefined || size === null) {
    throw new GraphQLError("you must provide one of first or last", {
      extensions: { code: "BAD_REQUEST" },
    });
  }
  if (size < 0 || size > largestPage) {
    throw new GraphQLError(`first cannot exceed ${largestPage}`, {
      extensions: { code: "BAD_REQUEST" },
    });
  }
  return size;
}

export function cursorOf(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString("base64");
}

/** @throws GraphQLError where the cursor is not one of ours */
export function readCursor(cursor: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(cursor, "base64").toString()) as Record<string, unknown>;
  } catch {
    throw new GraphQLError("Invalid cursor for current pagination sort.");
  }
}

function position(cursor: string): number {
  return Number(readCursor(cursor).position);
}
