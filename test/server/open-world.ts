import { afterAll } from "vitest";
import { startWorld, type World, type WorldOptions } from "#test/world/world.ts";
import { type Client, createClient } from "./client.ts";
import { quickTimes } from "./quick-times.ts";

/**
 * The world of a test file, with quick times, and a client of it; ended after the file's tests. To
 * be awaited where a file begins.
 *
 * @param env added to the app's environment, or put in the place of what the world sets
 * @param options as of `startWorld`
 */
export async function openWorld(
  env: Record<string, string> = {},
  options: Pick<WorldOptions, "throughUrl"> = {},
): Promise<{ world: World; client: Client }> {
  const world = await startWorld({ ...options, env: { ...quickTimes, ...env } });
  const client = createClient(world);
  afterAll(async () => {
    await client.close();
    await world.stop();
  });
  return { world, client };
}
