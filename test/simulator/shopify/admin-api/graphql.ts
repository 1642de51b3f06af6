import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  parse,
  validate,
} from "graphql";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { actualCost, requestedCost } from "./query-cost.ts";
import { type Approval, approvalTable, isGranted, scopeTable } from "./scopes.ts";
import type { Bucket } from "./throttle.ts";

/** What the app may see: what the merchant granted it, and what Shopify approved it for. */
export type Access = { scopes: ReadonlySet<string>; approved: ReadonlySet<Approval> };

/** What a query is answered for: the shop's data, what the app may see, and what it may spend. */
export type Asked = {
  root: object;
  access: Access;
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
  { root, access, bucket, now }: Asked,
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
    contextValue: access,
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
const strictly: GraphQLFieldResolver<Record<string, unknown>, Access> = (
  source,
  args,
  access,
  info,
) => {
  const { fieldName, parentType, returnType } = info;
  const field = `${parentType.name}.${fieldName}`;
  const type = getNamedType(returnType).name;
  for (const named of [field, type]) {
    const scope = scopeTable.get(named) ?? null;
    if (scope === null || isGranted(access.scopes, scope)) continue;
    const requiredAccess = `\`${scope}\` access scope.`;
    throw denied(`Access denied for ${fieldName} field. Required access: ${requiredAccess}`, {
      requiredAccess,
    });
  }
  const approval = approvalTable.get(field);
  if (approval && !access.approved.has(approval)) {
    const what =
      approval === "customer data" ? `access the ${type} object` : `use the ${fieldName} field`;
    throw denied(
      `This app is not approved to ${what}. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.`,
    );
  }
  if (!(fieldName in source)) {
    throw new GraphQLError(`The simulated Shopify does not know ${field}.`);
  }
  const value = source[fieldName];
  return typeof value === "function" ? value.call(source, args, access, info) : value;
};

/** As Shopify refuses a field: it is null, and the error says where. */
function denied(message: string, more: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "ACCESS_DENIED", ...more } });
}
