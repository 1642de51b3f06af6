import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LaunchOptions } from "@playwright/test";
import chromium from "@sparticuz/chromium";

const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));
const fonts = fileURLToPath(new URL("fonts.conf", import.meta.url));

/**
 * How every Chromium of tests, pictures and measurements is started: from the package, and with the
 * fonts of fonts.conf alone, so that a page's layout is the same on every machine.
 */
export async function chromiumLaunch(): Promise<LaunchOptions> {
  return {
    executablePath: await chromiumPath(),
    // fonts.conf keeps fontconfig's cache in a folder of XDG_CACHE_HOME
    env: { ...process.env, FONTCONFIG_FILE: fonts, XDG_CACHE_HOME: cache },
  };
}

/**
 * The Chromium inside @sparticuz/chromium, unpacked once. The package unpacks into the temporary
 * folder and takes any file there by that name for its own, so it gets a folder of its own, which
 * takes its final name only when it is complete.
 */
async function chromiumPath(): Promise<string> {
  const folder = join(cache, "chromium");
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const unpacking = await mkdtemp(join(cache, "chromium-"));
    const { TMPDIR } = process.env;
    process.env.TMPDIR = unpacking;
    try {
      await chromium.executablePath();
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
    // Another process may have been quicker; its folder is as good.
    await rename(unpacking, folder).catch(() => rm(unpacking, { recursive: true }));
  }
  return join(folder, "chromium");
}
