import { type Client, createClient } from "#test/server/client.ts";
import type { Stage, Started } from "./stage.ts";

/** What the measurements do to the app through a server's door and to the database. */
export function stageClient(stage: Stage, server: Started): Client {
  return createClient({
    appUrl: server.url,
    apiSecret: stage.secret,
    databaseUrl: stage.env.DATABASE_URL ?? "",
    env: stage.env,
  });
}
