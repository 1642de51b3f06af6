import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from "graphql";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { actualCost, requestedCost } from "./query-cost.ts";
import { requiredScope } from "./scopes.ts";
import type { Bucket } from "./throttle.ts";

/** What a query is answered for: the shop's data, what the app may see, and what it may spend. */
export type Asked = {
  root: object;
  scopes: ReadonlySet<string>;
  bucket: Bucket;
  now: number;
};

const mostPoints = 1000;

/**
 * Answers a query as Shopify does, by its own schema: refused where it is not valid, dearer than
 * 1000 points, or more than is left in the bucket. The schema is loaded with the first query: it
 * takes 260 ms and 166 MB.
 */
export async function answerQuery(
  { query, variables }: { query: string; variables: Record<string, unknown> },
  { root, scopes, bucket, now }: Asked,
): Promise<object> {
  schema ??= adminSchema();
  const read = readDocument(schema, query);
  if ("errors" in read) return { errors: read.errors };
  const { document } = read;
  const cost = requestedCost(schema, document, variables);
  if (cost > mostPoints) {
    const message = `Query cost is ${cost}, which exceeds the single query max cost limit (${mostPoints}).`;
    const extensions = { code: "MAX_COST_EXCEEDED", cost, maxCost: mostPoints };
    return { errors: [{ message, extensions }] };
  }
  if (!bucket.take(cost, now)) {
    return {
      errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }],
      extensions: {
        cost: {
          requestedQueryCost: cost,
          actualQueryCost: null,
          throttleStatus: bucket.status(now),
        },
      },
    };
  }
  const { data, errors } = await execute({
    schema,
    document,
    rootValue: root,
    contextValue: scopes,
    variableValues: variables,
    fieldResolver: strictly,
  });
  const isMutation = document.definitions.some(
    (one) => "operation" in one && one.operation === "mutation",
  );
  const actual = Math.min(cost, actualCost(data, isMutation));
  bucket.giveBack(cost - actual);
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors }),
    extensions: {
      cost: {
        requestedQueryCost: cost,
        actualQueryCost: actual,
        throttleStatus: bucket.status(now),
      },
    },
  };
}

let schema: GraphQLSchema | undefined;

type ReadDocument = { document: DocumentNode } | { errors: readonly GraphQLError[] };
const documents = new Map<string, ReadDocument>();

function readDocument(schema: GraphQLSchema, query: string): ReadDocument {
  const known = documents.get(query);
  if (known) return known;
  let read: ReadDocument;
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    read = errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    read = { errors: [error] };
  }
  documents.set(query, read);
  return read;
}

/** A field that the simulator does not know is an error, not null: nothing may rest on a guess. */
const strictly: GraphQLFieldResolver<Record<string, unknown>, ReadonlySet<string>> = (
  source,
  args,
  scopes,
  info,
) => {
  const field = `${info.parentType.name}.${info.fieldName}`;
  const scope = requiredScope(field);
  if (scope && !scopes.has(scope) && !scopes.has(scope.replace("read_", "write_"))) {
    throw new GraphQLError(
      `Access denied for ${info.fieldName} field. Required access: \`${scope}\` access scope.`,
      { extensions: { code: "ACCESS_DENIED", requiredAccess: `\`${scope}\` access scope.` } },
    );
  }
  if (!(info.fieldName in source)) {
    throw new GraphQLError(`The simulated Shopify does not know ${field}.`);
  }
  const value = source[info.fieldName];
  return typeof value === "function" ? value.call(source, args, scopes, info) : value;
};
