import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Takes the turn to start the server on a data folder; null while another process of this machine has
 * it. The turn is a name that one process alone can listen at, and that the kernel takes back however
 * the process ends.
 *
 * PostgreSQL's own lock file is no help where the one of a server that was killed is still there: two
 * that start at once both take it away, and the later one takes away that of the other.
 *
 * @returns what gives the turn back
 */
export async function takeStartTurn(data: string): Promise<(() => Promise<void>) | null> {
  const name = `hakuna-postgres-${createHash("sha256").update(data).digest("hex").slice(0, 24)}`;
  const path = pathOf(name);
  if (path === null) return async () => undefined;
  const server = createServer();
  server.unref();
  server.listen(path);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return null;
    throw error;
  }
  return async () => {
    server.close();
    await once(server, "close");
  };
}

/** A name that needs no file, which would outlive its process; null: the system has none. */
function pathOf(name: string): string | null {
  if (process.platform === "linux") return `\0${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  return null;
}
