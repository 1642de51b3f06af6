import { type Config, ConfigError, readConfig } from "#app/foundation/config.server.ts";
import { createLog, type Logger } from "#app/foundation/log.server.ts";
import { withDevelopmentAddress } from "./development-address.ts";
import { withDevelopmentKey } from "./development-key.ts";

/** An end in order takes no longer, but for DRAIN_MS: what it waits for may be gone without a word. */
const longestEndMs = 30_000;

/**
 * Runs a process of the app: reads the configuration, starts, and ends in order on SIGINT or
 * SIGTERM. A wrong configuration is told as a readable list, anything else in one line of the log.
 *
 * @param start starts what the process does and answers how to end it. SIGTERM comes from whoever
 *   replaces processes while others go on, SIGINT from a person
 */
export async function runProcess(
  start: (config: Config, log: Logger) => Promise<(signal: NodeJS.Signals) => Promise<void>>,
): Promise<void> {
  let config: Config;
  try {
    config = readConfig(withDevelopmentAddress(withDevelopmentKey(process.env)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
  const log = createLog(config.LOG_LEVEL);
  let stop: ((signal: NodeJS.Signals) => Promise<void>) | null = null;
  let ending = false;
  const end = async (signal: NodeJS.Signals) => {
    if (ending) return;
    ending = true;
    log.info({ signal }, "ending");
    // Ctrl-C reaches the children, too: what waits for one of them must not cut the end short
    process.on("unhandledRejection", (err) => log.warn({ err }, "something failed at the end"));
    const late = setTimeout(() => {
      log.error("the end took too long and is cut short");
      process.exit(1);
    }, config.DRAIN_MS + longestEndMs);
    await stop?.(signal);
    clearTimeout(late);
    process.exit(0);
  };
  process.on("SIGINT", (signal) => void end(signal));
  process.on("SIGTERM", (signal) => void end(signal));
  try {
    stop = await start(config, log);
  } catch (err) {
    log.fatal({ err }, "the start failed");
    process.exit(1);
  }
}
