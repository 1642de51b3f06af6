import { defineConfig } from "@playwright/test";
import config from "./playwright.config.ts";

/** Takes the pictures of docs/images; no part of the tests. */
export default defineConfig(config, { testMatch: "screenshots.ts", workers: 1 });
